"""The limits and refusals of a real Postfix, as its manual has them."""

import pytest

from lab.postfix import is_there, postfix
from live import PATIENCE, Live, midnight, said
from strangers import can_mount
from test_mail_servers import called

pytestmark = [pytest.mark.skipif(not is_there(), reason="needs Postfix, and root to start it"), pytest.mark.once]


def office(folder, url, count=1, **more):
    mail = {"url": url, "tls": "none", "username": None, "password_file": None, **more}
    return Live(folder, midnight(), count, mail=mail, retry={"first": "1s", "max": "1s", "give_up": "1h"})


def rejected(where, text="REJECT"):
    return {f"smtpd_{where}_restrictions": f"check_{where}_access static:{{{text}}}"}


@pytest.mark.skipif(not can_mount(), reason="only root names a machine")
@pytest.mark.parametrize("delay", ["yes", "no"])
def test_full_names_are_required(tmp_path, delay):
    """Refused at HELO, or at RCPT where everything is refused together."""
    strict = "reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname"
    with postfix(smtpd_helo_required="yes", smtpd_helo_restrictions=strict, smtpd_delay_reject=delay) as url:
        with office(tmp_path, url).start(before=called("may")) as daemon:
            said(daemon, "Sent due")
        assert "Could not deliver" not in daemon.stderr


def test_three_connections_at_a_time(tmp_path):
    with postfix(smtpd_client_connection_count_limit="3") as url:
        with office(tmp_path, url, 40, connections=4).start() as daemon:
            said(daemon, "Sent due", 40)
        assert "Could not deliver" not in daemon.stderr


def test_a_session_ends_after_so_many_refused_mailboxes(tmp_path):
    """421 4.7.0 Error: too many errors."""
    odd = "check_recipient_access regexp:{{/^dv[0-9]*[13579]@/ 550 5.1.1 no such user}}"
    with postfix(smtpd_recipient_restrictions=odd, smtpd_hard_error_limit="3", smtpd_soft_error_limit="2",
                 smtpd_error_sleep_time="0") as url:  # fmt: skip
        with office(tmp_path, url, 20, connections=1).start() as daemon:
            said(daemon, "Sent due", 10)
            said(daemon, "Gave up delivering due to .* after 1 attempt: 550 5.1.1", 10)
        assert "Could not deliver" not in daemon.stderr


@pytest.mark.parametrize(
    "settings, answer",
    [
        ({"mydestination": "", "smtpd_relay_restrictions": "reject_unauth_destination"}, "554 5.7.1 .*Relay access denied"),
        (rejected("client"), "554 5.7.1 .*Client host rejected: Access denied"),
        ({**rejected("client"), "smtpd_delay_reject": "no"}, "554 5.7.1 .*Client host rejected: Access denied"),
        (rejected("helo"), "554 5.7.1 .*Helo command rejected: Access denied"),
        (rejected("sender"), "554 5.7.1 .*Sender address rejected: Access denied"),
        ({**rejected("sender"), "smtpd_delay_reject": "no"}, "554 5.7.1 .*Sender address rejected: Access denied"),
        ({"smtpd_reject_footer": "", **rejected("client", "521 5.7.1 no")}, "521 5.7.1"),
        # What an administrator who is careful, or Postfix itself, refuses for the time being.
        ({"mydestination": "", "smtpd_relay_restrictions": "defer_unauth_destination"}, "454 4.7.1 .*Relay access denied"),
        ({"smtpd_client_restrictions": "reject_unknown_client_hostname", "smtpd_peername_lookup": "no"},
         "450 4.7.25 .*cannot find your hostname"),
        (rejected("sender", "450 4.1.8 Domain not found"), "450 4.1.8 .*Sender address rejected: Domain not found"),
        ({"smtpd_data_restrictions": "reject"}, "554 5.7.1 .*Data command rejected: Access denied"),
    ],
)
def test_what_is_held_against_us_costs_no_message(tmp_path, settings, answer):
    with postfix(**settings) as url, office(tmp_path, url, 2).start() as daemon:
        said(daemon, f"the server refuses us.*{answer}")
        said(daemon, "Could not deliver due to", 4)
        assert "Gave up" not in daemon.stderr


@pytest.mark.parametrize(
    "settings, answer",
    [
        (rejected("recipient"), "554 5.7.1 .*Recipient address rejected: Access denied"),
        (rejected("recipient", "550 5.1.1 no such user"), "550 5.1.1"),
        ({"message_size_limit": "1000"}, "552 5.3.4"),
        ({"header_checks": "static:{REJECT not this}"}, "550 5.7.1 not this"),
    ],
)
def test_what_is_a_messages_own_is_for_good(tmp_path, settings, answer):
    with postfix(**settings) as url, office(tmp_path, url).start() as daemon:
        said(daemon, f"Gave up delivering due to dv1@khoi.example .* after 1 attempt: {answer}", patience=PATIENCE)
