// SPDX-License-Identifier: Apache-2.0

// Package demo fills a workspace with a company that does not exist, so that whoever
// tries Muster sees every page with something on it.
//
//	source     what one definition of the company reports: fields, how often, what
//	           goes wrong, and the tests on it; files/*.yaml, one an application
//	incident   some records of a source turn bad on a day, and good again later
//	world      the people and records as they are on a day of the simulation
//
// Everything goes in as it would in life: applications push whole sets, people are
// made and leave, tests are authored, on a clock that runs from some weeks ago to the
// present. Nothing is written beside the features' own verbs, so history, verdicts and
// evidence are real. The same seed makes the same company.
//
// A workspace with an application is not touched.
package demo
