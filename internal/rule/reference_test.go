// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// reference is a second evaluator, written from the contract alone and without
// any code of the package: it walks the rule and the record as maps, compares
// numbers as fractions and times as time.Time. It trades all speed for being plain.
type reference struct {
	types  map[string]string // "drives[].size": "number"; see sampleTypes
	now    time.Time
	others map[string][]map[string]any // the records of each definition
}

// Three truth values: -1 false, 0 unknown, 1 true.

func (r reference) eval(rule map[string]any, here any, prefix string) int {
	if list, ok := rule["all"].([]any); ok {
		result := 1
		for _, c := range list {
			result = min(result, r.eval(c.(map[string]any), here, prefix))
		}
		return result
	}
	if list, ok := rule["any"].([]any); ok {
		result := -1
		for _, c := range list {
			result = max(result, r.eval(c.(map[string]any), here, prefix))
		}
		return result
	}
	if c, ok := rule["not"]; ok {
		return -r.eval(c.(map[string]any), here, prefix)
	}
	if _, ok := rule["op"]; ok {
		return r.leaf(rule, here, prefix)
	}
	if _, ok := rule["related"]; ok {
		return r.relation(rule, here)
	}
	return r.element(rule, here, prefix)
}

// relation looks at every record of every definition that the rule names.
func (r reference) relation(rule map[string]any, here any) int {
	names, several := rule["related"].([]any)
	if !several {
		names = []any{rule["related"]}
	}
	on := rule["on"].(map[string]any)
	for ours := range on { // a key that is not there: nobody can say
		if x, typ := r.find(ours, here, ""); same(typ, x, x, false) == 0 {
			return 0
		}
	}
	form, inner := "", any(nil)
	for _, form = range []string{"all", "any", "none", "count"} {
		if inner = rule[form]; inner != nil {
			break
		}
	}
	if form == "count" {
		inner = inner.(map[string]any)["of"]
	}
	count := map[int]int{}
	for _, name := range names {
		for _, other := range r.others[name.(string)] {
			matches := true
			for ours, theirs := range on {
				x, typ := r.find(ours, here, "")
				y, _ := r.find(theirs.(string), other, "")
				matches = matches && same(typ, x, y, rule["ignoreCase"] == true) == 1
			}
			if matches {
				count[r.eval(inner.(map[string]any), other, "")]++
			}
		}
	}
	return r.quantify(form, rule, count)
}

func (r reference) quantify(form string, rule map[string]any, count map[int]int) int {
	switch form {
	case "any":
		return some(count)
	case "none":
		return -some(count)
	case "all":
		return -some(map[int]int{1: count[-1], 0: count[0], -1: count[1]})
	}
	compare := rule["count"].(map[string]any)
	op, sign := compare["op"].(string), 1
	if op == "not_equals" {
		op, sign = "equals", -1
	}
	seen := map[int]bool{}
	for n := count[1]; n <= count[1]+count[0]; n++ {
		seen[sign*r.holds(op, "number", json.Number(strconv.Itoa(n)), compare["value"], false)] = true
	}
	switch {
	case len(seen) > 1:
		return 0
	case seen[1]:
		return 1
	}
	return -1
}

type absent struct{}

var pathKeys = regexp.MustCompile(`\["([^"]*)"\]|[^.\[\]]+`)

// find follows a path that names plain keys and ["…"] brackets.
func (r reference) find(text string, here any, prefix string) (value any, typ string) {
	if text == "" {
		return here, r.types[prefix]
	}
	keys := pathKeys.FindAllString(text, -1)
	for i := range keys {
		keys[i] = strings.TrimSuffix(strings.TrimPrefix(keys[i], `["`), `"]`)
	}
	name := strings.Join(keys, "/")
	if prefix == "" {
		if _, base := map[string]bool{"displayName": true, "customProperties": true}[keys[0]]; !base {
			keys = append([]string{"customProperties"}, keys...)
		}
		name = strings.TrimPrefix(name, "customProperties/")
	} else {
		name = prefix + "." + name
	}
	for _, key := range keys {
		object, ok := here.(map[string]any)
		if !ok {
			return absent{}, r.types[name]
		}
		if here, ok = object[key]; !ok {
			return absent{}, r.types[name]
		}
	}
	return here, r.types[name]
}

func (r reference) element(rule map[string]any, here any, prefix string) int {
	field := rule["field"].(string)
	value, _ := r.find(field, here, prefix)
	elements, ok := value.([]any)
	if !ok {
		return 0
	}
	below := strings.TrimPrefix(prefix+"."+field, ".") + "[]"
	count := map[int]int{}
	tally := func(c any) {
		for _, element := range elements {
			count[r.eval(c.(map[string]any), element, below)]++
		}
	}
	if c, ok := rule["any"]; ok {
		tally(c)
		return some(count)
	}
	if c, ok := rule["none"]; ok {
		tally(c)
		return -some(count)
	}
	if c, ok := rule["all"]; ok {
		tally(map[string]any{"not": c})
		return -some(count)
	}
	atLeast := rule["atLeast"].(map[string]any)
	tally(atLeast["of"])
	n := int(fraction(atLeast["n"]).Num().Int64())
	switch {
	case count[1] >= n:
		return 1
	case count[1]+count[0] < n:
		return -1
	}
	return 0
}

// some is the truth of "at least one", from how many are false, unknown and true.
func some(count map[int]int) int {
	switch {
	case count[1] > 0:
		return 1
	case count[0] > 0:
		return 0
	}
	return -1
}

func fraction(v any) *big.Rat {
	f, _ := new(big.Rat).SetString(v.(json.Number).String())
	return f
}

func yes(b bool) int {
	if b {
		return 1
	}
	return -1
}

func (r reference) leaf(rule map[string]any, here any, prefix string) int {
	op := rule["op"].(string)
	x, typ := r.find(rule["field"].(string), here, prefix)
	_, missing := x.(absent)
	switch op {
	case "exists":
		return yes(!missing)
	case "missing":
		return yes(missing)
	case "is_null":
		return yes(x == nil)
	case "not_null":
		return yes(!missing && x != nil)
	}
	y := rule["value"]
	if other, ok := y.(map[string]any); ok {
		y = r.other(other, here, prefix)
		if _, gone := y.(absent); gone || y == nil {
			return 0
		}
	}
	if missing || x == nil {
		return 0
	}
	fold := rule["ignoreCase"] == true
	if positive, ok := map[string]string{
		"not_equals": "equals", "not_contains": "contains", "not_in": "in",
		"not_empty": "is_empty", "contains_none": "contains_any",
	}[op]; ok {
		return -r.holds(positive, typ, x, y, fold)
	}
	if op == "between" {
		return r.between(typ, x, y.([]any), here, prefix)
	}
	return r.holds(op, typ, x, y, fold)
}

// other is the value of {field, plus}: a time that is none stays what it is.
func (r reference) other(operand map[string]any, here any, prefix string) any {
	y, _ := r.find(operand["field"].(string), here, prefix)
	at, ok := moment(y)
	plus, adds := operand["plus"].(string)
	if !ok || !adds {
		return y
	}
	n, _ := strconv.Atoi(plus[:len(plus)-1])
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[plus[len(plus)-1]]
	return at.Add(time.Duration(n) * unit).Format(time.RFC3339Nano)
}

func (r reference) between(typ string, x any, ends []any, here any, prefix string) int {
	for i, end := range ends {
		if other, ok := end.(map[string]any); ok {
			ends = append([]any{}, ends...)
			ends[i] = r.other(other, here, prefix)
		}
	}
	low, ok1 := compareAs(typ, x, ends[0])
	high, ok2 := compareAs(typ, x, ends[1])
	if !ok1 || !ok2 {
		return 0
	}
	return yes(low >= 0 && high <= 0)
}

// compareAs compares two numbers or two times; ok is false for anything else.
func compareAs(typ string, x, y any) (sign int, ok bool) {
	if typ == "timestamp" {
		a, ok1 := moment(x)
		b, ok2 := moment(y)
		return a.Compare(b), ok1 && ok2
	}
	_, ok1 := x.(json.Number)
	_, ok2 := y.(json.Number)
	if !ok1 || !ok2 {
		return 0, false
	}
	return fraction(x).Cmp(fraction(y)), true
}

func moment(v any) (time.Time, bool) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// same says whether two single values are equal, of the type's kind both.
func same(typ string, x, y any, fold bool) int {
	switch typ {
	case "boolean":
		a, ok1 := x.(bool)
		b, ok2 := y.(bool)
		if ok1 && ok2 {
			return yes(a == b)
		}
	case "number", "timestamp":
		if sign, ok := compareAs(typ, x, y); ok {
			return yes(sign == 0)
		}
	case "string":
		a, ok1 := x.(string)
		b, ok2 := y.(string)
		if ok1 && ok2 && fold {
			return yes(strings.EqualFold(a, b))
		}
		if ok1 && ok2 {
			return yes(a == b)
		}
	}
	return 0
}

func (r reference) holds(op, typ string, x, y any, fold bool) int {
	switch op {
	case "equals":
		return same(typ, x, y, fold)
	case "gt", "gte", "lt", "lte", "before", "after":
		sign, ok := compareAs(typ, x, y)
		if !ok {
			return 0
		}
		return yes(map[string]bool{
			"gt": sign > 0, "gte": sign >= 0, "lt": sign < 0, "lte": sign <= 0,
			"before": sign < 0, "after": sign > 0,
		}[op])
	case "within_last", "older_than", "within_next", "further_than":
		at, ok := moment(x)
		if !ok || typ != "timestamp" {
			return 0
		}
		return yes(r.relative(op, at, y.(string)))
	case "in":
		return r.in(typ, x, y, fold)
	}
	if elements, ok := strings.CutPrefix(typ, "array of "); ok {
		list, ok := x.([]any)
		if !ok {
			return 0
		}
		return r.array(op, elements, list, y)
	}
	text, ok := x.(string)
	if !ok {
		return 0
	}
	return r.text(op, text, y, fold)
}

func (r reference) relative(op string, at time.Time, d string) bool {
	n, _ := new(big.Int).SetString(d[:len(d)-1], 10)
	size := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 168 * time.Hour}
	span := time.Duration(n.Int64()) * size[d[len(d)-1]]
	switch op {
	case "within_last":
		return !at.Before(r.now.Add(-span)) && !at.After(r.now)
	case "older_than":
		return at.Before(r.now.Add(-span))
	case "within_next":
		return !at.Before(r.now) && !at.After(r.now.Add(span))
	}
	return at.After(r.now.Add(span))
}

func (r reference) in(typ string, x, y any, fold bool) int {
	list, ok := y.([]any)
	if !ok || same(typ, x, x, false) == 0 {
		return 0
	}
	result := -1
	for _, member := range list {
		result = max(result, same(typ, x, member, fold))
	}
	return result
}

func (r reference) array(op, elements string, list []any, y any) int {
	has := func(v any) int {
		result := -1
		for _, member := range list {
			result = max(result, same(elements, member, v, false))
		}
		return result
	}
	if op == "is_empty" {
		return yes(len(list) == 0)
	}
	if length, ok := strings.CutPrefix(op, "length_"); ok {
		return r.holds(length, "number", json.Number(strconv.Itoa(len(list))), y, false)
	}
	if op == "contains" {
		if same(elements, y, y, false) == 0 {
			return 0
		}
		return has(y)
	}
	values, ok := y.([]any)
	if !ok {
		return 0
	}
	best := -1
	for _, v := range values {
		best = max(best, has(v))
	}
	if op == "contains_all" {
		best = 1
		for _, v := range values {
			best = min(best, has(v))
		}
	}
	return best
}

func (r reference) text(op, x string, y any, fold bool) int {
	if op == "is_empty" {
		return yes(x == "")
	}
	if op == "matches" {
		pattern := y.(string)
		if fold {
			pattern = "(?i:" + pattern + ")"
		}
		return yes(regexp.MustCompile(pattern).MatchString(x))
	}
	part, ok := y.(string)
	if !ok {
		return 0
	}
	// Without case, a text starts with, ends with or contains a part when one
	// of its pieces of as many letters does.
	letters, size := []rune(x), len([]rune(part))
	match := func(from int) bool {
		if from < 0 || from+size > len(letters) {
			return false
		}
		piece := string(letters[from : from+size])
		return piece == part || fold && strings.EqualFold(piece, part)
	}
	switch op {
	case "starts_with":
		return yes(match(0))
	case "ends_with":
		return yes(match(len(letters) - size))
	}
	for i := range len(letters) + 1 {
		if match(i) {
			return 1
		}
	}
	return -1
}
