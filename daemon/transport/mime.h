/* Mime: a message as it goes over the wire. */
#pragma once

#include "transport/smtp.h"

/* Header and body, every line with its CRLF and a dot doubled where it begins one (RFC 5321, section 4.5.2), without
 * the line of one dot that ends it. *ret is allocated. 0; -ENOMEM; -EINVAL: something in the header is no header line.
 */
int mime_write(const struct smtp_message *message, char **ret, size_t *ret_size);
