// SPDX-License-Identifier: Apache-2.0

package jtd

// millisPerDay is the length of a civil day; Unix time knows no leap seconds.
const millisPerDay = 86_400_000

// ParseTimestamp reads an RFC 3339 date-time, the bytes between the quotes. Any
// offset and any number of fraction digits will do, as will a small t or z
// (section 5.6). unixMilli is the instant rounded down to the millisecond.
//
// The day must exist. Second 60 is accepted where leap seconds may stand: in
// the last minute of a UTC day (section 5.7). Its instant is the one Unix time
// gives it, that of the second after.
func ParseTimestamp(s []byte) (unixMilli int64, ok bool) {
	const shape = "0000-00-00T00:00:00Z"
	if len(s) < len(shape) || s[4] != '-' || s[7] != '-' || s[10]|0x20 != 't' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	year := digits2(s, 0)*100 + digits2(s, 2)
	month, day := digits2(s, 5), digits2(s, 8)
	hour, minute, second := digits2(s, 11), digits2(s, 14), digits2(s, 17)
	// Whoever is no digit makes its number negative or far too large.
	if year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return 0, false
	}
	milli, rest, ok := fraction(s[19:])
	if !ok {
		return 0, false
	}
	offset, ok := zone(rest)
	if !ok {
		return 0, false
	}
	whole := days(year, month, day)*millisPerDay + int64(hour*3600+minute*60+second-offset*60)*1000
	if second == 60 && whole%millisPerDay != 0 {
		return 0, false
	}
	return whole + milli, true
}

// digits2 reads two digits at i. With anything else there the answer is below
// zero by so much that no digits beside it can bring it back.
func digits2(s []byte, i int) int {
	a, b := int(s[i])-'0', int(s[i+1])-'0'
	if uint(a) > 9 || uint(b) > 9 {
		return -100_000
	}
	return a*10 + b
}

// fraction reads "." and digits if they are there: the first three are the
// milliseconds, the others only have to be digits.
func fraction(s []byte) (milli int64, rest []byte, ok bool) {
	if s[0] != '.' {
		return 0, s, true
	}
	i, scale := 1, int64(100)
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		milli += int64(s[i]-'0') * scale
		scale /= 10
		i++
	}
	return milli, s[i:], i > 1
}

// zone reads Z or an offset of hours and minutes, in minutes east of UTC.
func zone(s []byte) (minutes int, ok bool) {
	if len(s) == 1 {
		return 0, s[0]|0x20 == 'z'
	}
	if len(s) != len("+00:00") || s[3] != ':' || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hour, minute := digits2(s, 1), digits2(s, 4)
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, false
	}
	minutes = hour*60 + minute
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

// daysIn answers the length of a month of the Gregorian calendar.
func daysIn(year, month int) int {
	if month == 2 {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (month+month/8)&1
}

// days answers the number of days from 1970-01-01 to a date of the Gregorian
// calendar. Years are counted from March, so that the leap day comes last.
func days(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	year += 400 // keeps year 0's January positive; one whole cycle of 146,097 days
	ordinal := (153*(month-3)+2)/5 + day - 1
	return int64(year*365 + year/4 - year/100 + year/400 + ordinal - 719_468 - 146_097)
}
