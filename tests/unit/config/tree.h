/* A configuration tree in a folder of its own: a good one, to which a test does what it wants. */
#pragma once

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "config/config.h"

struct tree {
        char folder[64];
        char path[128]; /* of reminderd.conf */
};

static const struct {
        const char *name, *text;
        mode_t mode;
} tree_files[] = {
        {"reminderd.conf",
         "timezone = \"Asia/Ho_Chi_Minh\";\n"
         "block = { name = \"Khối thi đua Tham mưu Tổng hợp\"; short = \"Khối TMTH\";\n"
         "          contact = { name = \"Nguyễn Văn A\"; title = \"Chuyên viên\"; phone = \"0214 3840 000\";\n"
         "                      email = \"dau-moi@laocai.example\"; }; };\n"
         "agencies = \"agencies.conf\";\n"
         "plans = \"plans.d\";\n"
         "calendars = \"calendar.d\";\n"
         "templates = \"templates/vi\";\n"
         "state_dir = \"/var/lib/reminderd\";\n"
         "hours = { open = \"07:00\"; close = \"16:30\"; };\n"
         "digest = { weekday = \"tue\"; at = \"08:15\"; };\n"
         "catch_up = \"3d\";\n"
         "confirmations = true;\n"
         "mail = {\n"
         "  url = \"smtp://mail.laocai.example:587\";\n"
         "  tls = \"required\";\n"
         "  username = \"nhacviec\";\n"
         "  password_credential = \"smtp-password\";\n"
         "  from = \"Khối thi đua TMTH <nhacviec@laocai.example>\";\n"
         "  reply_to = \"vanphong@laocai.example\";\n"
         "  connections = 3; per_minute = 30; timeout = \"45s\"; "
         "helo = \"nhac.laocai.example\"; auth = [\"cram-md5\", \"plain\"];\n"
         "  ca_file = \"ca.pem\";\n"
         "};\n"
         "webhooks = (\n"
         "  { id = \"gateway\"; url = \"https://chat.laocai.example/hook\";\n"
         "    secret_file = \"hook.secret\";\n"
         "    agencies = [\"so-noi-vu\"];\n"
         "    kinds = [\"overdue\", \"escalation\"];\n"
         "    timeout = \"10s\"; connections = 2; },\n"
         "  { id = \"local\"; url = \"http://127.0.0.1:8080/\"; allow_http = true;\n"
         "    secret_credential = \"hook-local\"; }\n"
         ");\n"
         "retry = { first = \"30s\"; max = \"2h\"; give_up = \"3d\"; };\n"
         "policies = {\n"
         "  report = { before = [\"30d\", \"2w\", \"5wd\", \"0d\"]; at = \"08:00\"; shift = \"previous\";\n"
         "             overdue = { every = \"2wd\"; limit = 10; };\n"
         "             escalate = ( { after = \"3wd\"; to = \"head\"; }, { after = \"10wd\"; to = [\"council\", "
         "\"deputy\"]; } ); };\n"
         "  inspection = { before = [\"14d\", \"3d\", \"1d\"]; at = \"09:00\"; overdue = { every = \"1w\"; }; };\n"
         "};\n"
         "default_policy = \"report\";\n",
         0644},
        {"agencies.conf",
         "agencies = (\n"
         "  { id = \"vp-ubnd\"; name = \"Văn phòng UBND tỉnh\"; short = \"VP UBND\";\n"
         "    emails = [\"vpubnd@laocai.example\", \"van.thu@tỉnh.example\"];\n"
         "    webhook = \"gateway\"; },\n"
         "  { id = \"so-noi-vu\"; name = \"Sở Nội vụ\"; emails = [\"snv@laocai.example\"]; },\n"
         "  { id = \"so-tu-phap\"; name = \"Sở Tư pháp\"; emails = [\"stp@laocai.example\"]; },\n"
         "  { id = \"hoi-dong\"; name = \"Hội đồng TĐKT\"; emails = [\"hd@laocai.example\"]; }\n"
         ");\n"
         "groups = { council = [\"hoi-dong\"]; };\n",
         0644},
        {"plans.d/tdkt-2024.conf",
         "plan = {\n"
         "  id = \"tdkt-2024\"; year = 2024;\n"
         "  title = \"Kế hoạch công tác thi đua, khen thưởng năm 2024\";\n"
         "  basis = \"Kế hoạch số 28/KH-UBND\"; "
         "contact = { name = \"Trần Thị B\"; email = \"cchc@laocai.example\"; };\n"
         "  head = \"vp-ubnd\"; deputy = \"so-noi-vu\";\n"
         "  members = [\"so-tu-phap\", \"so-noi-vu\"];\n"
         "  items = (\n"
         "    { id = \"dang-ky\"; title = \"Đăng ký thi đua\";\n"
         "      quarter = 1; for = [\"members\"]; policy = \"report\"; wording = \"Tổng hợp\\nđăng ký\"; },\n"
         "    { id = \"kiem-tra\"; title = \"Kiểm tra\";\n"
         "      window = [\"2024-10-01\", \"2024-10-31\"]; tentative = true; fix_by = \"2024-09-20\";\n"
         "      for = [\"council\", \"so-noi-vu\"]; policy = \"inspection\"; },\n"
         "    { id = \"tong-ket\"; title = \"Báo cáo tổng kết\"; note = \"gửi bản giấy\";\n"
         "      due = \"2024-12-10\"; report_to = \"head\";\n"
         "      before = [\"7d\"]; at = \"10:30\"; overdue = { every = \"1d\"; limit = 0; }; escalate = (); shift = "
         "\"none\"; },\n"
         "    { id = \"tap-huan\"; title = \"Tập huấn\"; when = \"khi tỉnh tổ chức\"; for = [\"all\"]; },\n"
         "    { id = \"bao-cao-thang\"; title = \"Báo cáo tháng\"; repeat = \"FREQ=MONTHLY;BYMONTHDAY=25\"; for = "
         "[\"head\"]; },\n"
         "    { id = \"ngay-sinh-bac\"; title = \"Kỷ niệm {n} năm Ngày sinh Bác\";\n"
         "      observance = { date = \"05-19\"; since = 1890; }; before = [\"30d\"]; },\n"
         "    { id = \"gio-to\"; title = \"Giỗ Tổ\"; observance = { date = \"lunar:03-10\"; }; }\n"
         "  );\n"
         "};\n",
         0644},
        {"calendar.d/2024.conf",
         "year = 2024;\n"
         "days = (\n"
         "  { date = \"2024-02-08\"; off = true; name = \"Tết Nguyên đán\"; },\n"
         "  { date = \"2024-05-04\"; work = true; name = \"làm bù\"; }\n"
         ");\n",
         0644},
        {"answers.conf",
         "done = [\"đã nộp\"];\n"
         "more_time = [\"xin … gia hạn\"];\n"
         "until = [\"đến\"];\n"
         "asking = [\"được\"];\n"
         "reason = [\"do\"];\n"
         "doubt = [\"chưa\"];\n"
         "reader = [\"khối\"];\n"
         "name = [\"sở\"];\n"
         "plain = [\"báo cáo\", \"rồi\"];\n"
         "greeting = [\"trân trọng\"];\n"
         "examples = { today = \"2024-06-14\"; due = \"2024-06-15\";\n"
         "  answers = (\n"
         "    { text = \"Sở đã nộp rồi.\"; means = \"claim\"; },\n"
         "    { text = \"Xin gia hạn đến 20/6.\"; means = \"request\"; until = \"2024-06-20\"; },\n"
         "    { text = \"Chưa báo cáo.\"; means = \"person\"; }\n"
         "  ); };\n",
         0644},
        {"hook.secret", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n", 0600},
        {"ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644},
        {"credentials/smtp-password", "mật khẩu\n", 0400},
        {"credentials/hook-local", "plain bytes", 0400},
};

static inline void tree_path(const struct tree *tree, const char *name, char path[static 256])
{
        assert_true(snprintf(path, 256, "%s/%s", tree->folder, name) < 256);
}

static inline void tree_write_bytes(const struct tree *tree, const char *name, const char *text, size_t size)
{
        char path[256];
        FILE *file;

        tree_path(tree, name, path);
        file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
}

static inline void tree_write(const struct tree *tree, const char *name, const char *text)
{
        tree_write_bytes(tree, name, text, strlen(text));
}

static inline const char *tree_text(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(tree_files); i++)
                if (strcmp(tree_files[i].name, name) == 0)
                        return tree_files[i].text;
        return "";
}

static inline void tree_make(struct tree *tree)
{
        static const char *const folders[] = {"plans.d", "calendar.d", "templates", "templates/vi", "credentials"};
        char path[256];

        strcpy(tree->folder, "/tmp/reminderd-config-XXXXXX");
        assert_non_null(mkdtemp(tree->folder));
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                tree_path(tree, folders[i], path);
                assert_int_equal(mkdir(path, 0755), 0);
        }
        for (size_t i = 0; i < ELEMENTS(tree_files); i++) {
                tree_write(tree, tree_files[i].name, tree_files[i].text);
                tree_path(tree, tree_files[i].name, path);
                assert_int_equal(chmod(path, tree_files[i].mode), 0);
        }
        (void)snprintf(tree->path, sizeof(tree->path), "%s/reminderd.conf", tree->folder);
        tree_path(tree, "credentials", path);
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", path, 1), 0);
}

static inline int tree_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        (void)st;
        (void)type;
        (void)ftw;
        return remove(path);
}

static inline void tree_remove(struct tree *tree)
{
        assert_int_equal(nftw(tree->folder, tree_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline unsigned line_of(const char *text, const char *at)
{
        unsigned line = 1;

        for (; text < at; text++)
                line += *text == '\n';
        return line;
}

/* Puts one text in the place of the first occurrence of another; returns its line. */
static inline unsigned tree_replace(const struct tree *tree, const char *name, const char *old, const char *new)
{
        const char *text = tree_text(name), *at = strstr(text, old);
        CLEANUP_FREE char *changed = NULL;

        if (!at)
                fail_msg("%s has no \"%s\"", name, old);
        assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)) >= 0);
        tree_write(tree, name, changed);
        return line_of(text, at);
}

/* The findings, one a line, for the message of a failed test. */
static inline char *tree_findings(const struct report *report)
{
        char *all = NULL;
        size_t size;
        FILE *stream = open_memstream(&all, &size);

        for (size_t i = 0; i < report->n; i++) {
                CLEANUP_FREE char *line = finding_format(&report->findings[i]);

                (void)fprintf(stream, "  %s\n", line);
        }
        (void)fclose(stream);
        return all;
}

/* A tree of its own for each row of a table: the row is the state that a test begins with. */
struct tree_row {
        const void *about;
        struct tree tree;
};

static inline int tree_row_setup(void **state)
{
        struct tree_row *row = calloc(1, sizeof(*row));

        assert_non_null(row);
        row->about = *state;
        tree_make(&row->tree);
        *state = row;
        return 0;
}

static inline int tree_row_teardown(void **state)
{
        struct tree_row *row = *state;

        tree_remove(&row->tree);
        free(row);
        return 0;
}
