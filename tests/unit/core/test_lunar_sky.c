/* Tests of lunar against the sky: every month from 1968 to 2100 computed a second time, with other series than those of
 * the script that writes the table (Meeus, "Astronomical Algorithms", chapters 25 and 49), and compared with it. */
#include "fixture.h"

#include "core/lunar.h"

#include <math.h>

/* Meeus, 49: instants of new moons to a few seconds. A row is coefficient (days), power of the eccentricity, and how
 * often the anomalies of the sun and the moon, and the moon's argument of latitude, go into the angle. */
static const struct {
        double days;
        int eccentricity, sun, moon, latitude;
} moon_terms[] = {
        {-0.40720, 0, 0, 1, 0},  {+0.17241, 1, 1, 0, 0},   {+0.01608, 0, 0, 2, 0}, {+0.01039, 0, 0, 0, 2},
        {+0.00739, 1, -1, 1, 0}, {-0.00514, 1, 1, 1, 0},   {+0.00208, 2, 2, 0, 0}, {-0.00111, 0, 0, 1, -2},
        {-0.00057, 0, 0, 1, 2},  {+0.00056, 1, 1, 2, 0},   {-0.00042, 0, 0, 3, 0}, {+0.00042, 1, 1, 0, 2},
        {+0.00038, 1, 1, 0, -2}, {-0.00024, 1, -1, 2, 0},  {-0.00007, 0, 2, 1, 0}, {+0.00004, 0, 0, 2, -2},
        {+0.00004, 0, 3, 0, 0},  {+0.00003, 0, 1, 1, -2},  {+0.00003, 0, 0, 2, 2}, {-0.00003, 0, 1, 1, 2},
        {+0.00003, 0, -1, 1, 2}, {-0.00002, 0, -1, 1, -2}, {-0.00002, 0, 1, 3, 0}, {+0.00002, 0, 0, 4, 0},
};
/* The node and the planets: coefficient, angle at the epoch, degrees a month. */
static const struct {
        double days, angle, rate;
} planet_terms[] = {
        {-0.000170, 124.7746, -1.56375588}, {0.000325, 299.77, 0.107408},  {0.000165, 251.88, 0.016321},
        {0.000164, 251.83, 26.651886},      {0.000126, 349.42, 36.412478}, {0.000110, 84.66, 18.206239},
        {0.000062, 141.74, 53.303771},      {0.000060, 207.14, 2.453732},  {0.000056, 154.84, 7.306860},
        {0.000047, 34.52, 27.261239},       {0.000042, 207.19, 0.121824},  {0.000040, 291.34, 1.844379},
        {0.000037, 161.72, 24.198154},      {0.000035, 239.56, 25.513099}, {0.000023, 331.55, 3.592518},
};

#define NEW_MOON_2000 2451550.09766 /* Julian ephemeris day of month 0, on 6 January 2000 */
#define MONTH 29.530588861
#define UNIX_EPOCH 2440587.5   /* Julian day of civil day 0 */
#define HANOI (7.0 / 24)       /* days east of Greenwich */
#define CLOSE_SUN (6.0 / 1440) /* days in which the sun moves as far as this series may be wrong: 14\" */

static double sine(double degrees)
{
        return sin(fmod(degrees, 360) * M_PI / 180);
}

/* Delta T in days: Espenak and Meeus, polynomials of the Five Millennium Canon. */
static double delta_t(double julian)
{
        double year = 2000 + (julian - 2451544.5) / 365.25, t = year - 2000, u = (year - 1820) / 100;

        if (year < 1986)
                return (45.45 + 1.067 * (year - 1975) - pow(year - 1975, 2) / 260 - pow(year - 1975, 3) / 718) / 86400;
        if (year < 2005)
                return (63.86 + 0.3345 * t - 0.060374 * pow(t, 2) + 0.0017275 * pow(t, 3) + 0.000651814 * pow(t, 4) +
                        0.00002373599 * pow(t, 5)) /
                       86400;
        if (year < 2050)
                return (62.92 + 0.32217 * t + 0.005589 * t * t) / 86400;
        return (-20 + 32 * u * u - 0.5628 * (2150 - year)) / 86400;
}

/* The Julian ephemeris day of a new moon; 0 is that of 6 January 2000. */
static double new_moon(int month)
{
        double k = month, t = k / 1236.85;
        double eccentricity = 1 - 0.002516 * t - 0.0000074 * t * t;
        double sun = 2.5534 + 29.10535670 * k - 0.0000014 * t * t;
        double moon = 201.5643 + 385.81693528 * k + 0.0107582 * t * t + 0.00001238 * t * t * t;
        double latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t * t - 0.00000227 * t * t * t;
        double days = NEW_MOON_2000 + MONTH * k + 0.00015437 * t * t - 0.00000015 * t * t * t;

        for (size_t i = 0; i < ELEMENTS(moon_terms); i++)
                days += moon_terms[i].days * pow(eccentricity, moon_terms[i].eccentricity) *
                        sine(moon_terms[i].sun * sun + moon_terms[i].moon * moon + moon_terms[i].latitude * latitude);
        for (size_t i = 0; i < ELEMENTS(planet_terms); i++)
                days += planet_terms[i].days * sine(planet_terms[i].angle + planet_terms[i].rate * k);
        return days;
}

/* The sun's apparent longitude in degrees: Meeus, 25, and the perturbations of his "Astronomical Formulae for
 * Calculators", 18, whose centuries begin in 1900. */
static double sun_longitude(double julian)
{
        double t = (julian - 2451545) / 36525, since_1900 = (julian - 2415020) / 36525;
        double anomaly = 357.52911 + 35999.05029 * t - 0.0001537 * t * t;
        double centre = (1.914602 - 0.004817 * t - 0.000014 * t * t) * sine(anomaly) +
                        (0.019993 - 0.000101 * t) * sine(2 * anomaly) + 0.000289 * sine(3 * anomaly);
        double planets = 0.00134 * sine(90 + 153.23 + 22518.7541 * since_1900) +
                         0.00154 * sine(90 + 216.57 + 45037.5082 * since_1900) +
                         0.00200 * sine(90 + 312.69 + 32964.3577 * since_1900) +
                         0.00179 * sine(350.74 + 445267.1142 * since_1900 - 0.00144 * since_1900 * since_1900) +
                         0.00178 * sine(231.19 + 20.20 * since_1900);
        double longitude = 280.46646 + 36000.76983 * t + 0.0003032 * t * t + centre + planets - 0.00569 -
                           0.00478 * sine(125.04 - 1934.136 * t);

        return longitude - 360 * floor(longitude / 360);
}

/* The civil day in Hà Nội of an instant. The closest call is 15 November 2077: seconds before midnight, by what is
 * foreseen of the earth's rotation. */
static civil_day hanoi_day(double julian)
{
        return (civil_day)floor(julian - delta_t(julian) + HANOI - UNIX_EPOCH);
}

/* Which twelfth of the ecliptic the sun is in when a day begins in Hà Nội: 9 begins with the winter solstice. */
static int sign_at(civil_day day)
{
        double universal = day + UNIX_EPOCH - HANOI, midnight = universal + delta_t(universal);
        int sign = (int)(sun_longitude(midnight) / 30);

        /* Undecided only where the sun changes its sign within minutes of midnight. */
        assert_int_equal((int)(sun_longitude(midnight - CLOSE_SUN) / 30), sign);
        assert_int_equal((int)(sun_longitude(midnight + CLOSE_SUN) / 30), sign);
        return sign;
}

struct sky_month {
        civil_day first;
        int sign; /* on its first day */
        struct lunar_date date;
};

#define MONTHS 1700
#define FIRST_MONTH (-412) /* in September 1966 */

static size_t watch_sky(struct sky_month months[static MONTHS])
{
        size_t n = 0;

        for (int k = FIRST_MONTH; n < MONTHS; k++) {
                civil_day first = hanoi_day(new_moon(k));

                if (civil_split(first).year > CIVIL_LAST_YEAR + 2)
                        return n;
                months[n++] = (struct sky_month){.first = first, .sign = sign_at(first)};
        }
        fail_msg("more than %d months", MONTHS);
        return 0;
}

/* Of thirteen months from one month 11 to before the next, the first in which the sun enters no sign is a leap month.
 */
static void number_months(struct sky_month *months, size_t from, size_t to)
{
        bool owed = to - from == 13;
        int32_t number = 11, year = civil_split(months[from].first).year;

        for (size_t i = from; i < to; i++) {
                bool leap = owed && i > from && months[i].sign == months[i + 1].sign;

                owed = owed && !leap;
                if (i > from && !leap)
                        number = number % 12 + 1;
                months[i].date =
                        (struct lunar_date){.year = year + (number < 11), .month = number, .day = 1, .leap = leap};
        }
}

static void test_every_month(void **state)
{
        static struct sky_month months[MONTHS];
        size_t n = watch_sky(months), eleven = 0, compared = 0;

        (void)state;
        for (size_t i = 0; i + 1 < n; i++)
                if (months[i].sign < 9 && months[i + 1].sign >= 9) { /* the solstice is in this one */
                        if (eleven > 0)
                                number_months(months, eleven, i);
                        eleven = i;
                }
        for (size_t i = 0; i + 1 < eleven; i++) {
                const struct lunar_date *expected = &months[i].date;
                struct lunar_date first, last;

                if (expected->year < CIVIL_FIRST_YEAR || expected->year > CIVIL_LAST_YEAR)
                        continue;
                assert_int_equal(lunar_from_civil(months[i].first, &first), 0);
                assert_int_equal(first.year, expected->year);
                assert_int_equal(first.month, expected->month);
                assert_int_equal(first.day, 1);
                assert_int_equal(first.leap, expected->leap);
                assert_int_equal(lunar_from_civil(months[i + 1].first - 1, &last), 0);
                assert_int_equal(last.month, expected->month);
                assert_int_equal(last.day, months[i + 1].first - months[i].first);
                compared++;
        }
        assert_int_equal(compared, 1645); /* 133 years of 12 months, and 49 leap months */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_month),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
