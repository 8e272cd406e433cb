/* The parts of a mail. */
#include "incoming/part.h"

static bool walk(GMimeObject *part, part_visit *visit, void *userdata, unsigned depth)
{
        if (!GMIME_IS_MULTIPART(part))
                return part && visit(userdata, part);
        if (depth == PART_DEPTH_MAX)
                return false;
        for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(part)); i++)
                if (walk(g_mime_multipart_get_part(GMIME_MULTIPART(part), i), visit, userdata, depth + 1))
                        return true;
        return false;
}

bool part_walk(GMimeMessage *message, part_visit *visit, void *userdata)
{
        return walk(g_mime_message_get_mime_part(message), visit, userdata, 0);
}

bool part_is(GMimeObject *part, const char *type, const char *subtype)
{
        GMimeContentType *content = g_mime_object_get_content_type(part);

        return content && g_mime_content_type_is_type(content, type, subtype);
}

/* The bytes, decoded from base64 or the like. */
static GByteArray *part_bytes(GMimePart *part)
{
        GMimeDataWrapper *content = g_mime_part_get_content(part);
        GByteArray *bytes = g_byte_array_new();
        GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

        g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
        if (content)
                (void)g_mime_data_wrapper_write_to_stream(content, stream);
        g_object_unref(stream);
        if (bytes->len > PART_TEXT_MAX)
                g_byte_array_set_size(bytes, PART_TEXT_MAX);
        return bytes;
}

/* A charset that nobody knows, or bytes that are not of it: what is left of them as UTF-8. */
static char *to_utf8(const GByteArray *bytes, const char *charset)
{
        char *text = NULL;

        if (charset && bytes->len > 0 && g_ascii_strcasecmp(charset, "utf-8") != 0 &&
            g_ascii_strcasecmp(charset, "us-ascii") != 0)
                text = g_convert_with_fallback((const char *)bytes->data, bytes->len, "UTF-8", charset, "?", NULL, NULL,
                                               NULL);
        return text ? text : g_utf8_make_valid(bytes->len > 0 ? (const char *)bytes->data : "", bytes->len);
}

char *part_text(GMimeObject *part)
{
        char *text, *composed, *to;

        if (GMIME_IS_PART(part)) {
                GByteArray *bytes = part_bytes(GMIME_PART(part));

                text = to_utf8(bytes, g_mime_object_get_content_type_parameter(part, "charset"));
                g_byte_array_unref(bytes);
        } else if (GMIME_IS_MESSAGE_PART(part) && g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)))
                text = g_mime_object_to_string(GMIME_OBJECT(g_mime_message_part_get_message(GMIME_MESSAGE_PART(part))),
                                               NULL);
        else
                text = g_strdup("");
        composed = g_utf8_normalize(text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
        g_free(text);
        if (!composed)
                return g_strdup("");
        to = composed;
        for (const char *at = composed; *at; at++)
                if (*at != '\r' || at[1] != '\n')
                        *to++ = *at == '\r' ? '\n' : *at;
        *to = '\0';
        return composed;
}
