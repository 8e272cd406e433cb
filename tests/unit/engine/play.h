/* A block played in virtual time: configuration written to a temporary folder, the real engine and store, and a
 * transport that notes every message and answers as the test says. */
#pragma once

#include "deciding/decision.h"
#include "engine/manager.h"

struct play;

/* `plan` is what stands inside plan = { … } after head, deputy and members; `main` is added to reminderd.conf, where
 * what was decided is told at once unless that says otherwise. The
 * agencies are a (head), b (deputy), c and a council d outside the members. The clock stands at `start`
 * ("YYYY-MM-DD HH:MM"). catch_up: what was missed before the start is caught up, as in a real start. */
struct play *play_new(const char *start, const char *plan, const char *main, bool catch_up);
struct play *play_free(struct play *play);
/* Lets the time pass, from wake-up to wake-up. */
void play_until(struct play *play, const char *moment);
/* Everything that left since the last call, one line each: "MM-DD HH:MM kind agency item[,item]\n", sorted within a
 * moment; of a digest, by itself or behind the items of the reminder that it stands in, its week and the lists that
 * have anything: "FROM..TO overdue:item,item week:item". Borrowed until the next call. */
const char *play_sent(struct play *play);
/* Replaces the plan and reloads. */
int play_edit(struct play *play, const char *plan);
/* Writes other addresses, for the next reload or start: what stands in c's entry after its name, and the contact's
 * mailbox; both are borrowed. play_move() changes c's and reloads. */
void play_write_addresses(struct play *play, const char *c, const char *contact);
int play_move(struct play *play, const char *c);
/* Ends the process' hold and opens the same store again at a later moment. */
void play_restart(struct play *play, const char *moment);
/* How the server answers from now on: outcome for an address, "" for all; retry_after in seconds. */
void play_answer(struct play *play, const char *address, enum transfer_outcome outcome, int64_t retry_after);
/* Or refuses for the time being, for this reason. */
void play_refuse(struct play *play, const char *address, enum fault fault);

struct manager *play_manager(struct play *play);
/* Where its files are; the state in "state" below. */
const char *play_folder(const struct play *play);
struct engine *play_engine(struct play *play);
civil_day day_of(const char *text);
extern const struct decider clerk;

/* Asserts that what was sent since the last look is exactly this. */
#define assert_sent(play, expected) assert_string_equal(play_sent(play), expected)
