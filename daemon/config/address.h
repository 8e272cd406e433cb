/* E-mail addresses and URLs: whether they are well-formed, and why not. */
#pragma once

#include "config/config.h"
#include "config/setting.h"

/* Positive outcome: not well-formed; *ret_why says why, for a finding; static. */
#define ADDRESS_WRONG 1

/* Checks "local@domain": local part a dot-atom (RFC 5321 section 4.1.2) in ASCII, domain as the DNS has it. *ret is
 * the address with its domain in ASCII (IDNA 2008), allocated. 0, ADDRESS_WRONG, -ENOMEM. */
int address_parse(const char *text, char **ret, const char **ret_why);
/* Parses "Name <address>", "\"Name\" <address>" or the bare address, with the same outcomes. */
int mailbox_parse(const char *text, struct mailbox *ret, const char **ret_why);
void mailbox_clear(struct mailbox *mailbox);
/* Checks what a machine may call itself to a mail server: a full domain in ASCII, or an address literal, "[192.0.2.1]"
 * or
 * "[IPv6:2001:db8::1]" (RFC 5321 section 4.1.3). 0 or ADDRESS_WRONG. */
int hello_check(const char *text, const char **ret_why);
/* Checks an absolute URL with one of the schemes, which NULL ends; *ret_scheme is its place among them. Never to be
 * quoted in a finding: a URL may carry a key. 0, ADDRESS_WRONG, -ENOMEM. */
int url_check(const char *text, const char *const *schemes, size_t *ret_scheme, const char **ret_why);

/* Readers of a value: wrong ones are reported, *ret is untouched then. 0 or -ENOMEM. */
int address_read(const struct section *section, const config_setting_t *value, char **ret);
