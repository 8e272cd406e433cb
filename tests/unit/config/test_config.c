/* A good configuration: every field of it, its defaults, and its fingerprint. */
#include "tree.h"

static int setup(void **state)
{
        struct tree *tree = calloc(1, sizeof(*tree));

        tree_make(tree);
        *state = tree;
        return 0;
}

static int teardown(void **state)
{
        tree_remove(*state);
        free(*state);
        return 0;
}

static struct config *load(const struct tree *tree)
{
        struct report report = {.n = 0};
        struct config *config = NULL;
        int r = config_load(tree->path, SECRETS_READ, &report, NULL, &config);
        CLEANUP_FREE char *findings = tree_findings(&report);

        if (r != 0 || report.n > 0)
                fail_msg("%d:\n%s", r, findings);
        report_clear(&report);
        return config;
}

static void assert_day(civil_day day, const char *expected)
{
        char text[CIVIL_DATE_SIZE];

        assert_string_equal(civil_format(day, text), expected);
}

static void assert_offset(const struct offset *offset, const char *expected)
{
        char text[OFFSET_TEXT_SIZE];

        assert_string_equal(offset_format(offset, text), expected);
}

static void test_general(void **state)
{
        const struct tree *tree = *state;
        struct config *config = load(tree);
        char expected[256];

        assert_string_equal(config->path, tree->path);
        assert_string_equal(config->timezone, "Asia/Ho_Chi_Minh");
        assert_string_equal(config->block_name, "Khối thi đua Tham mưu Tổng hợp");
        assert_string_equal(config->block_short, "Khối TMTH");
        assert_string_equal(config->contact.name, "Nguyễn Văn A");
        assert_string_equal(config->contact.title, "Chuyên viên");
        assert_string_equal(config->contact.phone, "0214 3840 000");
        assert_string_equal(config->contact.email, "dau-moi@laocai.example");
        tree_path(tree, "templates/vi", expected);
        assert_string_equal(config->templates, expected);
        assert_string_equal(config->state_dir, "/var/lib/reminderd");
        assert_int_equal(config->hours.open, 7 * 3600);
        assert_int_equal(config->hours.close, 16 * 3600 + 1800);
        assert_true(config->digest.enabled);
        assert_int_equal(config->digest.weekday, TUESDAY);
        assert_int_equal(config->digest.at, 8 * 3600 + 900);
        assert_int_equal(config->catch_up, 3 * DAY_SECONDS);
        assert_true(config->confirmations);
        assert_int_equal(config->retry.first, 30);
        assert_int_equal(config->retry.max, 7200);
        assert_int_equal(config->retry.give_up, 3 * DAY_SECONDS);
        config_free(config);
}

static void test_mail(void **state)
{
        struct config *config = load(*state);
        char expected[256];

        assert_string_equal(config->mail.url, "smtp://mail.laocai.example:587");
        assert_int_equal(config->mail.tls, TLS_REQUIRED);
        assert_string_equal(config->mail.username, "nhacviec");
        assert_string_equal(config->mail.password, "mật khẩu");
        assert_string_equal(config->mail.from.name, "Khối thi đua TMTH");
        assert_string_equal(config->mail.from.address, "nhacviec@laocai.example");
        assert_string_equal(config->mail.reply_to, "vanphong@laocai.example");
        assert_int_equal(config->mail.connections, 3);
        assert_int_equal(config->mail.per_minute, 30);
        assert_int_equal(config->mail.timeout, 45);
        assert_string_equal(config->mail.helo, "nhac.laocai.example");
        assert_int_equal(config->mail.n_mechanisms, 2);
        assert_int_equal(config->mail.mechanisms[0], MAIL_CRAM_MD5);
        assert_int_equal(config->mail.mechanisms[1], MAIL_PLAIN);
        tree_path(*state, "ca.pem", expected);
        assert_string_equal(config->mail.ca_file, expected);
        config_free(config);
}

static void test_webhooks(void **state)
{
        struct config *config = load(*state);
        const struct webhook *gateway = config_find_webhook(config, "gateway");
        const struct webhook *local = config_find_webhook(config, "local");

        assert_int_equal(config->n_webhooks, 2);
        assert_string_equal(gateway->url, "https://chat.laocai.example/hook");
        assert_int_equal(gateway->secret_size, 24);
        assert_memory_equal(gateway->secret, "012345678901234567890123", 24);
        assert_false(gateway->subscription.all_agencies);
        /* the listed one, and the one that names it as its own */
        assert_int_equal(gateway->subscription.n_agencies, 2);
        assert_true(
                subscription_wants(&gateway->subscription, roster_find(&config->roster, "so-noi-vu"), KIND_OVERDUE));
        assert_true(
                subscription_wants(&gateway->subscription, roster_find(&config->roster, "vp-ubnd"), KIND_ESCALATION));
        assert_false(subscription_wants(&gateway->subscription, roster_find(&config->roster, "vp-ubnd"), KIND_ADVANCE));
        assert_false(
                subscription_wants(&gateway->subscription, roster_find(&config->roster, "so-tu-phap"), KIND_OVERDUE));
        assert_false(gateway->allow_http);
        assert_int_equal(gateway->timeout, 10);
        assert_int_equal(gateway->connections, 2);
        assert_null(gateway->ca_file);
        /* defaults: no list and nobody's own, so all; all kinds */
        assert_true(local->allow_http);
        assert_true(local->subscription.all_agencies);
        for (size_t i = 0; i < KIND_COUNT; i++)
                assert_true(subscription_wants(&local->subscription, 2, (enum notice_kind)i));
        assert_int_equal(local->secret_size, strlen("plain bytes"));
        assert_memory_equal(local->secret, "plain bytes", local->secret_size);
        assert_int_equal(local->timeout, 20);
        assert_int_equal(local->connections, 4);
        assert_null(config_find_webhook(config, "none"));
        config_free(config);
}

/* Without a list of its own a webhook serves those that name it, and nobody else. */
static void test_own_webhook(void **state)
{
        const struct webhook *gateway;
        struct config *config;

        (void)tree_replace(*state, "reminderd.conf", "agencies = [\"so-noi-vu\"];", "");
        config = load(*state);
        gateway = config_find_webhook(config, "gateway");
        assert_false(gateway->subscription.all_agencies);
        assert_int_equal(gateway->subscription.n_agencies, 1);
        assert_int_equal(gateway->subscription.agencies[0], roster_find(&config->roster, "vp-ubnd"));
        config_free(config);
}

static void test_agencies(void **state)
{
        struct config *config = load(*state);
        const struct agency *agency = &config->roster.agencies[0];

        assert_int_equal(config->roster.n_agencies, 4);
        assert_string_equal(agency->id, "vp-ubnd");
        assert_string_equal(agency->name, "Văn phòng UBND tỉnh");
        assert_string_equal(agency->short_name, "VP UBND");
        assert_int_equal(agency->n_emails, 2);
        assert_string_equal(agency->emails[0], "vpubnd@laocai.example");
        assert_string_equal(agency->emails[1], "van.thu@xn--tnh-dlz.example");
        assert_string_equal(agency->webhook, "gateway");
        assert_string_equal(config->roster.agencies[1].short_name, "Sở Nội vụ");
        assert_null(config->roster.agencies[1].webhook);
        assert_int_equal(config->roster.n_groups, 1);
        assert_string_equal(config->roster.groups[0].id, "council");
        assert_int_equal(config->roster.groups[0].n_agencies, 1);
        assert_int_equal(config->roster.groups[0].agencies[0], 3);
        config_free(config);
}

static void test_policies(void **state)
{
        struct config *config = load(*state);
        const struct policy *report = &config->policies[0], *inspection = &config->policies[1];
        static const char *const before[] = {"30d", "14d", "5wd", "0d"};

        assert_int_equal(config->n_policies, 2);
        assert_string_equal(report->id, "report");
        assert_int_equal(report->n_before, ELEMENTS(before));
        for (size_t i = 0; i < ELEMENTS(before); i++)
                assert_offset(&report->before[i], before[i]);
        assert_int_equal(report->at, 8 * 3600);
        assert_int_equal(report->shift, SHIFT_PREVIOUS);
        assert_offset(&report->overdue_every, "2wd");
        assert_int_equal(report->overdue_limit, 10);
        assert_int_equal(report->n_escalations, 2);
        assert_offset(&report->escalations[0].after, "3wd");
        assert_int_equal(report->escalations[0].to.n, 1);
        assert_int_equal(report->escalations[0].to.words[0].role, TARGET_HEAD);
        assert_int_equal(report->escalations[1].to.n, 2);
        assert_int_equal(report->escalations[1].to.words[0].role, TARGET_GROUP);
        assert_int_equal(report->escalations[1].to.words[0].index, 0);
        assert_int_equal(report->escalations[1].to.words[1].role, TARGET_DEPUTY);
        assert_string_equal(inspection->id, "inspection");
        assert_int_equal(inspection->n_escalations, 0);
        assert_int_equal(inspection->overdue_limit, OVERDUE_UNLIMITED);
        assert_int_equal(inspection->shift, SHIFT_NEXT);
        config_free(config);
}

static void test_plan(void **state)
{
        struct config *config = load(*state);
        const struct plan *plan = config_find_plan(config, "tdkt-2024");

        assert_int_equal(config->n_plans, 1);
        assert_non_null(plan);
        assert_null(config_find_plan(config, "tdkt-2025"));
        assert_int_equal(plan->year, 2024);
        assert_string_equal(plan->title, "Kế hoạch công tác thi đua, khen thưởng năm 2024");
        assert_string_equal(plan->basis, "Kế hoạch số 28/KH-UBND");
        assert_non_null(plan->contact);
        assert_string_equal(plan->contact->name, "Trần Thị B");
        assert_string_equal(plan->contact->title, "");
        assert_string_equal(plan->contact->email, "cchc@laocai.example");
        assert_int_equal(plan->head, 0);
        assert_int_equal(plan->n_deputies, 1);
        assert_int_equal(plan->deputies[0], 1);
        assert_int_equal(plan->n_members, 2);
        assert_int_equal(plan->members[0], 2);
        assert_int_equal(plan->members[1], 1);
        assert_int_equal(plan->n_items, 7);
        config_free(config);
}

static void test_items(void **state)
{
        struct config *config = load(*state);
        const struct plan *plan = &config->plans[0];
        const struct item *quarter = plan_find_item(plan, "dang-ky"), *window = plan_find_item(plan, "kiem-tra");
        const struct item *due = plan_find_item(plan, "tong-ket"), *undated = plan_find_item(plan, "tap-huan");
        const struct item *repeat = plan_find_item(plan, "bao-cao-thang");
        const struct item *birthday = plan_find_item(plan, "ngay-sinh-bac"), *lunar = plan_find_item(plan, "gio-to");

        assert_int_equal(quarter->form, DATE_QUARTER);
        assert_string_equal(quarter->title, "Đăng ký thi đua");
        assert_string_equal(quarter->wording, "Tổng hợp\nđăng ký");
        assert_null(quarter->note);
        assert_day(quarter->from, "2024-01-01");
        assert_day(quarter->to, "2024-03-31");
        assert_false(quarter->tentative);
        assert_day(quarter->fix_by, "");
        assert_string_equal(quarter->policy.id, "report");
        assert_int_equal(quarter->policy.n_escalations, 2);
        assert_int_equal(quarter->report_to.n, 0);

        assert_int_equal(window->form, DATE_WINDOW);
        assert_day(window->from, "2024-10-01");
        assert_day(window->to, "2024-10-31");
        assert_true(window->tentative);
        assert_day(window->fix_by, "2024-09-20");
        assert_int_equal(window->for_.n, 2);
        assert_int_equal(window->for_.words[0].role, TARGET_GROUP);
        assert_int_equal(window->for_.words[1].role, TARGET_AGENCY);
        assert_int_equal(window->for_.words[1].index, 1);
        assert_string_equal(window->policy.id, "inspection");

        assert_int_equal(due->form, DATE_DUE);
        assert_day(due->from, "");
        assert_day(due->to, "2024-12-10");
        assert_string_equal(due->note, "gửi bản giấy");
        assert_int_equal(due->for_.n, 1);
        assert_int_equal(due->for_.words[0].role, TARGET_MEMBERS);
        assert_int_equal(due->report_to.n, 1);
        assert_int_equal(due->report_to.words[0].role, TARGET_HEAD);
        assert_int_equal(due->policy.n_before, 1);
        assert_int_equal(due->policy.at, 10 * 3600 + 1800);
        assert_int_equal(due->policy.overdue_limit, 0);
        assert_int_equal(due->policy.n_escalations, 0);
        assert_int_equal(due->policy.shift, SHIFT_NONE);

        assert_int_equal(undated->form, DATE_UNDATED);
        assert_string_equal(undated->when, "khi tỉnh tổ chức");
        assert_int_equal(undated->for_.words[0].role, TARGET_ALL);
        assert_int_equal(repeat->form, DATE_REPEAT);
        assert_string_equal(repeat->repeat, "FREQ=MONTHLY;BYMONTHDAY=25");
        assert_int_equal(birthday->form, DATE_OBSERVANCE);
        assert_false(birthday->observance.lunar);
        assert_int_equal(birthday->observance.month, 5);
        assert_int_equal(birthday->observance.day, 19);
        assert_int_equal(birthday->observance.since, 1890);
        assert_true(lunar->observance.lunar);
        assert_int_equal(lunar->observance.month, 3);
        assert_int_equal(lunar->observance.day, 10);
        assert_int_equal(lunar->observance.since, 0);
        config_free(config);
}

static void test_calendar(void **state)
{
        struct config *config = load(*state);

        assert_false(calendar_is_provisional(config->calendar, 2024));
        assert_true(calendar_is_provisional(config->calendar, 2025));
        assert_false(calendar_is_working(config->calendar, civil_from(2024, 2, 8)));
        assert_true(calendar_is_working(config->calendar, civil_from(2024, 5, 4)));
        /* the file replaces the law: what it does not name is worked */
        assert_true(calendar_is_working(config->calendar, civil_from(2024, 9, 2)));
        assert_string_equal(calendar_day_name(config->calendar, civil_from(2024, 2, 8)), "Tết Nguyên đán");
        config_free(config);
}

/* The least that is enough. */
static void test_defaults(void **state)
{
        const struct tree *tree = *state;
        struct report report = {.n = 0};
        struct config *config = NULL;
        char path[256];

        tree_write(tree, "reminderd.conf", "block = { name = \"Khối\"; };");
        tree_write(tree, "agencies.conf", "agencies = ( { id = \"a\"; name = \"A\"; } )");
        tree_path(tree, "plans.d/tdkt-2024.conf", path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(config_load(tree->path, SECRETS_READ, &report, NULL, &config), 0);
        assert_int_equal(report.n_errors, 0);
        assert_int_equal(report.n_warnings, 2); /* an agency that nothing reaches; no plan */
        assert_string_equal(config->timezone, "Asia/Ho_Chi_Minh");
        assert_string_equal(config->block_short, "Khối");
        assert_string_equal(config->contact.name, "");
        assert_string_equal(config->contact.email, "");
        assert_string_equal(config->state_dir, "/var/lib/reminderd");
        assert_int_equal(config->hours.open, 7 * 3600 + 1800);
        assert_int_equal(config->hours.close, 17 * 3600);
        assert_false(config->digest.enabled);
        assert_int_equal(config->catch_up, 7 * DAY_SECONDS);
        assert_false(config->confirmations);
        assert_null(config->mail.url);
        assert_int_equal(config->mail.connections, 4);
        assert_int_equal(config->mail.timeout, 0);
        assert_int_equal(config->n_webhooks, 0);
        assert_int_equal(config->retry.first, 60);
        assert_int_equal(config->retry.max, 4 * 3600);
        assert_int_equal(config->retry.give_up, 5 * DAY_SECONDS);
        assert_int_equal(config->n_policies, 1);
        assert_string_equal(config->policies[0].id, "report");
        assert_int_equal(config->policies[0].n_before, 6);
        assert_int_equal(config->policies[0].at, 8 * 3600);
        assert_offset(&config->policies[0].overdue_every, "2wd");
        assert_int_equal(config->policies[0].overdue_limit, 10);
        assert_int_equal(config->policies[0].n_escalations, 0);
        assert_int_equal(config->n_plans, 0);
        config_free(config);
        report_clear(&report);
}

/* A relative path: findings name files as the user can open them, the configuration has them absolute. */
static void test_relative_path(void **state)
{
        const struct tree *tree = *state;
        struct report report = {.n = 0};
        struct config *config = NULL;
        CLEANUP_FREE char *here = getcwd(NULL, 0);
        char expected[256];
        int r;

        tree_replace(tree, "plans.d/tdkt-2024.conf", "\"05-19\"", "\"05-32\"");
        assert_int_equal(chdir(tree->folder), 0);
        r = config_load("reminderd.conf", SECRETS_READ, &report, NULL, &config);
        assert_int_equal(chdir(here), 0);
        assert_int_equal(r, -EINVAL);
        assert_null(config);
        assert_string_equal(report.findings[0].file, "plans.d/tdkt-2024.conf");
        report_clear(&report);

        tree_write(tree, "plans.d/tdkt-2024.conf", tree_text("plans.d/tdkt-2024.conf"));
        assert_int_equal(chdir(tree->folder), 0);
        r = config_load("reminderd.conf", SECRETS_READ, &report, NULL, &config);
        assert_int_equal(chdir(here), 0);
        assert_int_equal(r, 0);
        assert_string_equal(config->path, tree->path);
        tree_path(tree, "templates/vi", expected);
        assert_string_equal(config->templates, expected);
        config_free(config);
        report_clear(&report);
}

static void test_fingerprint(void **state)
{
        static const struct {
                const char *file, *old, *new;
        } changes[] = {
                {"reminderd.conf", "\"3d\"", "\"4d\""},
                {"agencies.conf", "VP UBND", "VPUBND"},
                {"plans.d/tdkt-2024.conf", "Tập huấn", "Tập huấn 2"},
                {"calendar.d/2024.conf", "làm bù", "làm"},
        };
        const struct tree *tree = *state;
        struct config *first = load(tree), *again = load(tree);

        assert_int_equal(strlen(first->fingerprint), 64);
        assert_string_equal(first->fingerprint, again->fingerprint);
        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                struct config *changed;

                tree_replace(tree, changes[i].file, changes[i].old, changes[i].new);
                changed = load(tree);
                assert_string_not_equal(first->fingerprint, changed->fingerprint);
                config_free(changed);
                tree_write(tree, changes[i].file, tree_text(changes[i].file));
        }
        config_free(first);
        config_free(again);
}

/* Of an item: what is said of it, and of everything that it may refer to; not what is said of other items, nor how the
 * file is laid out. */
static void test_fingerprint_of_an_item(void **state)
{
        enum { NONE = -1, ALL = -2 };
        static const struct {
                const char *file, *old, *new;
                int changed; /* which item */
        } changes[] = {
                {"plans.d/tdkt-2024.conf", "Tập huấn", "Tập huấn 2", 3},
                {"plans.d/tdkt-2024.conf", "2024-12-10", "2024-12-11", 2},
                {"plans.d/tdkt-2024.conf", "limit = 0", "limit = 1", 2},
                {"plans.d/tdkt-2024.conf", "2024-09-20", "2024-09-19", 1},
                {"plans.d/tdkt-2024.conf", "[\"council\", \"so-noi-vu\"]", "[\"council\"]", 1},
                {"plans.d/tdkt-2024.conf", "before = [\"30d\"]", "before = (\"30d\")", NONE},
                {"plans.d/tdkt-2024.conf", "  items = (\n", "  items = ( # a comment\n\n", NONE},
                {"plans.d/tdkt-2024.conf", "lunar:03-10\"; }; }",
                 "lunar:03-10\"; }; },\n{ id = \"b\"; title = \"B\"; when = \"c\"; }", NONE},
                {"plans.d/tdkt-2024.conf", "deputy = \"so-noi-vu\"", "deputy = \"so-tu-phap\"", ALL},
                {"plans.d/tdkt-2024.conf", "members = [\"so-tu-phap\", \"so-noi-vu\"]", "members = [\"so-tu-phap\"]",
                 ALL},
                {"reminderd.conf", "at = \"08:00\"", "at = \"08:30\"", ALL},
                {"agencies.conf", "council = [\"hoi-dong\"]", "council = [\"hoi-dong\", \"vp-ubnd\"]", ALL},
                {"calendar.d/2024.conf", "2024-05-04", "2024-05-11", ALL},
        };
        const struct tree *tree = *state;
        struct config *first = load(tree);
        const struct plan *before = &first->plans[0];

        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                struct config *changed;

                tree_replace(tree, changes[i].file, changes[i].old, changes[i].new);
                changed = load(tree);
                assert_true(changed->plans[0].n_items >= before->n_items);
                for (int k = 0; k < (int)before->n_items; k++) {
                        bool same = strcmp(before->items[k].fingerprint, changed->plans[0].items[k].fingerprint) == 0;

                        if (same == (changes[i].changed == ALL || changes[i].changed == k))
                                fail_msg("item %d, \"%s\"", k, changes[i].new);
                }
                config_free(changed);
                tree_write(tree, changes[i].file, tree_text(changes[i].file));
        }
        config_free(first);
}

/* Plans in the order of their names, whatever order the folder has; other names are passed over. */
static void test_order(void **state)
{
        static const char *const names[] = {"z.conf", "a.conf", "m.conf"};
        const struct tree *tree = *state;
        struct config *config;

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                char text[256], name[64];

                (void)snprintf(
                        text, sizeof(text),
                        "plan = { id = \"%c\"; year = 2024; title = \"t\"; head = \"vp-ubnd\"; deputy = \"so-noi-vu\"; "
                        "items = ( { id = \"i\"; title = \"t\"; due = \"2024-03-01\"; } ); };",
                        names[i][0]);
                (void)snprintf(name, sizeof(name), "plans.d/%s", names[i]);
                tree_write(tree, name, text);
        }
        tree_write(tree, "plans.d/x.conf.orig", "{{{");
        tree_write(tree, "plans.d/.hidden.conf", "{{{");
        config = load(tree);
        assert_int_equal(config->n_plans, 4);
        assert_string_equal(config->plans[0].id, "a");
        assert_string_equal(config->plans[1].id, "m");
        assert_string_equal(config->plans[2].id, "tdkt-2024");
        assert_string_equal(config->plans[3].id, "z");
        config_free(config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_general, setup, teardown),
                cmocka_unit_test_setup_teardown(test_mail, setup, teardown),
                cmocka_unit_test_setup_teardown(test_webhooks, setup, teardown),
                cmocka_unit_test_setup_teardown(test_own_webhook, setup, teardown),
                cmocka_unit_test_setup_teardown(test_agencies, setup, teardown),
                cmocka_unit_test_setup_teardown(test_policies, setup, teardown),
                cmocka_unit_test_setup_teardown(test_plan, setup, teardown),
                cmocka_unit_test_setup_teardown(test_items, setup, teardown),
                cmocka_unit_test_setup_teardown(test_fingerprint_of_an_item, setup, teardown),
                cmocka_unit_test_setup_teardown(test_calendar, setup, teardown),
                cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
                cmocka_unit_test_setup_teardown(test_relative_path, setup, teardown),
                cmocka_unit_test_setup_teardown(test_fingerprint, setup, teardown),
                cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        };

        return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
