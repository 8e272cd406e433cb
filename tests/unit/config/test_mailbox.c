/* The mailbox that is read: what is wrong with it is found; its secret is another program's, and not looked at. */
#include <string.h>

#include "tree.h"

#include "mistakes.h"

#define BEFORE "confirmations = true;\n"
#define MAILBOX(settings) BEFORE "mailbox = { " settings " };\n"

static const struct mistake mistakes[] = {
        {"no address",
         MAIN,
         BEFORE,
         MAILBOX("username = \"a\"; token_file = \"t\"; authserv_id = \"m\";"),
         1,
         {"url is missing"}},
        {"not encrypted",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imap://m.example\"; username = \"a\"; token_file = \"t\"; authserv_id = \"m\";"),
         1,
         {"url is not valid", "imaps://HOST"}},
        {"a password in the address",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://a:b@m.example\"; username = \"a\"; token_file = \"t\"; authserv_id = \"m\";"),
         1,
         {"url is not valid"}},
        {"no login",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; token_file = \"t\"; authserv_id = \"m\";"),
         1,
         {"username is missing"}},
        {"no secret",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; authserv_id = \"m\";"),
         1,
         {"missing credential", "mailbox-password"}},
        {"two secrets",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"t\"; password_file = \"p\"; "
                 "authserv_id = \"m\";"),
         1,
         {"password_file and token_file are both given"}},
        {"two passwords",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; password_credential = \"t\"; password_file = \"p\"; "
                 "authserv_id = \"m\";"),
         1,
         {"password_credential and password_file are both given"}},
        {"a path for a credential",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; password_credential = \"/etc/p\"; authserv_id = "
                 "\"m\";"),
         1,
         {"is not the name of a credential"}},
        {"done where it is read",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"t\"; done = \"Inbox\"; authserv_id = "
                 "\"m\";"),
         1,
         {"done is the folder that is read"}},
        {"review where it is read",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"t\"; folder = \"x\"; review = \"x\"; "
                 "authserv_id = \"m\";"),
         1,
         {"review is the folder that is read"}},
        {"an unknown key",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"t\"; authserv = \"m\"; authserv_id = "
                 "\"m\";"),
         1,
         {"authserv", "authserv_id"}},
        {"no such authority",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"t\"; ca_file = \"none.pem\"; "
                 "authserv_id = \"m\";"),
         1,
         {"ca_file", "does not exist"}},
};

static const struct mistake warnings[] = {
        {"nobody is believed",
         MAIN,
         BEFORE,
         MAILBOX("url = \"imaps://m.example\"; username = \"a\"; token_file = \"not-there\";"),
         1,
         {"authserv_id is missing"}},
};

/* reminder-mail reads this group and no other: of a file in which the others are missing, or wrong. */
static void test_alone(void **state)
{
        static const char text[] = "mailbox = { url = \"imaps://m.example\"; username = \"a\"; password_file = \"p\";\n"
                                   "  done = \"Xong\"; authserv_id = \"mx\"; };\nnonsense = 1;\n";
        char path[] = "/tmp/mailbox-test.XXXXXX";
        struct report report = {0};
        struct mailbox_config mailbox = {0};
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
        assert_int_equal(config_load_mailbox(path, &report, &mailbox), 0);
        assert_int_equal(report.n, 0);
        assert_string_equal(mailbox.url, "imaps://m.example");
        assert_string_equal(mailbox.username, "a");
        assert_string_equal(mailbox.folder, "INBOX");
        assert_string_equal(mailbox.done, "Xong");
        assert_string_equal(mailbox.review, "Can xem");
        assert_string_equal(mailbox.authserv_id, "mx");
        assert_string_equal(mailbox.password.file, "/tmp/p");
        assert_null(mailbox.token_file);
        mailbox_config_clear(&mailbox);
        (void)unlink(path);
        assert_int_equal(config_load_mailbox(path, &report, &mailbox), -EINVAL);
        assert_int_equal(report.n_errors, 1);
        report_clear(&report);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_alone),
        };

        return mistakes_run("mailbox", mistakes, ELEMENTS(mistakes), false) |
               mistakes_run("warnings of a mailbox", warnings, ELEMENTS(warnings), true) |
               cmocka_run_group_tests(tests, NULL, NULL);
}
