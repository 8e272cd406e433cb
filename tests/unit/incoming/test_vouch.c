/* Tests of vouch: whom the mailbox's server believes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "incoming/vouch.h"

#include "base/cleanup.h"

static void test_vouch(void **state)
{
        static const struct {
                const char *results;
                bool vouched; /* for a@snv.laocai.example, by mx.khoi.example */
        } table[] = {
                {"mx.khoi.example; dmarc=pass header.from=snv.laocai.example", true},
                {"MX.khoi.EXAMPLE 1; dmarc=pass (p=none dis=none) header.from=SNV.laocai.example", true},
                {"mx.khoi.example;\r\n\tspf=pass smtp.mailfrom=a@snv.laocai.example;\r\n\tdkim=none", true},
                {"mx.khoi.example; spf=pass smtp.mailfrom=laocai.example", true},
                {"mx.khoi.example; spf=pass smtp.mailfrom=b@mail.snv.laocai.example", true},
                {"mx.khoi.example; dkim=fail header.d=x.example; dkim=pass header.d=snv.laocai.example", true},
                {"mx.khoi.example; dkim = pass header.i = @snv.laocai.example", true},
                {"mx.khoi.example; dkim=pass reason=\"good; really\" header.d=snv.laocai.example", true},
                /* somebody else's domain */
                {"mx.khoi.example; spf=pass smtp.mailfrom=a@x.example; dkim=pass header.d=x.example", false},
                {"mx.khoi.example; spf=pass smtp.mailfrom=a@xsnv.laocai.example", false},
                {"mx.khoi.example; dkim=pass header.d=example", false},
                {"mx.khoi.example; dmarc=pass header.from=x.example", false},
                {"mx.khoi.example; spf=pass smtp.helo=snv.laocai.example", false},
                /* somebody else's word */
                {"mx.x.example; dmarc=pass header.from=snv.laocai.example", false},
                {"mx.khoi.example.x.example; dmarc=pass header.from=snv.laocai.example", false},
                {"(mx.khoi.example) x; dmarc=pass header.from=snv.laocai.example", false},
                /* no pass */
                {"mx.khoi.example; none", false},
                {"mx.khoi.example; dmarc=fail (x; dmarc=pass header.from=snv.laocai.example)", false},
                {"mx.khoi.example; spf=softfail reason=\"dkim=pass header.d=snv.laocai.example\"", false},
                {"mx.khoi.example; spf=passed smtp.mailfrom=snv.laocai.example", false},
                {"mx.khoi.example; x-spf=pass smtp.mailfrom=snv.laocai.example", false},
                {"mx.khoi.example", false},
                {"", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(vouch_for(table[i].results, "mx.khoi.example", "a@snv.laocai.example"),
                                 table[i].vouched);
        assert_false(vouch_for(table[0].results, "mx.khoi.example", "snv.laocai.example"));
        assert_false(vouch_for(table[0].results, "mx.khoi.example", "a@"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_vouch),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
