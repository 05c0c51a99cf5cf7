// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"strings"
	"time"
)

// domain is what e-mail addresses end with: example names belong to nobody (RFC 2606).
const domain = "harbourline.example"

// person is somebody who works at the company, or did.
type person struct {
	email, first, last, title string

	joined int // days ago; more than the days of the simulation: before it
	left   int // days ago, -1: still there
	start  time.Time
}

var firsts = strings.Fields(`Ada Amir Anouk Aroha Beatriz Bilal Bodil Caleb Camille Chen Chidi Dana Dario Devi Edda Elif Emeka Enzo Farah Femi
	Finn Freya Gita Goran Hana Hugo Ines Ioana Isla Jakob Jamal Jana Kaito Kamala Kofi Lars Leila Lena Luca Maja Malik Mateo Mei Milan Nadia
	Niamh Noor Olga Omar Otto Paula Petra Priya Quinn Rafael Rosa Sami Sanna Selma Soren Tariq Tessa Tomas Uma Viktor Wen Yara Yusuf Zofia`)

var lasts = strings.Fields(`Abara Andersen Arslan Bakker Bauer Bianchi Borg Castro Chaudhry Costa Dahl Diallo Dubois Eriksen Farkas Fischer Flores
	Fontaine Garcia Haas Hansen Ibrahim Ito Jansen Kaya Keller Khan Kovac Larsen Lehmann Lindqvist Lopez Maier Mbeki Mensah Moreau Nair Nakamura
	Novak Okafor Olsen Osei Park Pereira Petrov Rahman Reyes Ricci Rossi Sato Schmid Silva Singh Soto Suzuki Tanaka Torres Varga Vos Weber Wolf
	Yilmaz Zhang Ziegler`)

var titles = []string{
	"Software Engineer", "Software Engineer", "Software Engineer", "Senior Software Engineer", "Site Reliability Engineer", "Product Manager",
	"Designer", "Support Engineer", "Account Executive", "Data Analyst", "Recruiter", "Finance Manager", "Security Engineer", "Engineering Manager",
}

// people makes everybody who is ever there: most before the first day, some who join
// later, and some who leave.
func (w *world) people() {
	taken := map[string]bool{}
	for i := range w.size.People {
		p := &person{joined: w.size.Days + 20 + w.random.IntN(900), left: -1, title: pick(w.random, titles)}
		for p.email == "" || taken[p.email] {
			p.first, p.last = pick(w.random, firsts), pick(w.random, lasts)
			p.email = strings.ToLower(p.first+"."+p.last) + "@" + domain
		}
		taken[p.email] = true
		switch {
		case i%8 == 7: // joins
			p.joined = 2 + w.random.IntN(w.size.Days-4)
		case i%17 == 5: // leaves
			p.left = 1 + w.random.IntN(w.size.Days-2)
		}
		p.start = w.at(p.joined).Truncate(24 * time.Hour)
		w.everybody = append(w.everybody, p)
	}
}

// there says whether somebody is with the company on a day.
func (p *person) there(ago int) bool { return p.joined >= ago && p.left < ago }

func (p *person) login() string { return strings.TrimSuffix(p.email, "@"+domain) }

func (p *person) name() string { return fmt.Sprintf("%s %s", p.first, p.last) }
