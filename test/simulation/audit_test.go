// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// at reads a time of the afternoon, such as 1:20 or 1:20:30, at which something
// happens so long after noon.
func at(clock string) time.Time {
	for _, layout := range []string{"15:04", time.TimeOnly, "15:04:05.0"} {
		if t, err := time.Parse(layout, clock); err == nil {
			return noon.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
				time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond()))
		}
	}
	panic("no time: " + clock)
}

func during(from, to string) []span { return []span{{at(from), at(to)}} }

// answered, failing and refused are polls that ended so.
func answered(times ...string) []asked { return polled(asked{}, times) }
func failing(times ...string) []asked  { return polled(asked{failed: true}, times) }
func refused(times ...string) []asked  { return polled(asked{failed: true, refused: true}, times) }

func polled(like asked, times []string) []asked {
	var polls []asked
	for _, t := range times {
		like.at, like.until = at(t), at(t)
		polls = append(polls, like)
	}
	return polls
}

// withNewKey marks polls as made with another key.
func withNewKey(polls []asked) []asked {
	for i := range polls {
		polls[i].key = "new"
	}
	return polls
}

func together(lists ...[]asked) []asked {
	var polls []asked
	for _, list := range lists {
		polls = append(polls, list...)
	}
	return polls
}

func TestAuditOfEveryMinute(t *testing.T) {
	minutely := change{at: at("0:00"), interval: time.Minute, joined: time.Minute}
	type sums struct{ Early, Lost int }
	requested := change{at: at("0:02:50"), interval: time.Minute, requested: true}
	tests := map[string]struct {
		changes       []change
		down, trouble []span
		polls         []asked // the slot is at 20 past
		want          sums
	}{
		"one in every slot": {polls: answered("0:00:00", "0:01:20", "0:02:20", "0:03:20", "0:04:20", "0:05:20")},
		"one a little after its slot": {
			polls: answered("0:00:00", "0:01:20", "0:02:30", "0:03:20", "0:04:20", "0:05:20"),
		},
		"two in one slot": {
			polls: answered("0:00:00", "0:01:20", "0:02:20", "0:02:45", "0:03:20", "0:04:20", "0:05:20"),
			want:  sums{Early: 1},
		},
		"none after a failure": {
			polls: together(answered("0:00:00", "0:01:20"), failing("0:02:20"), answered("0:04:20", "0:05:20")),
			want:  sums{Lost: 1},
		},
		"none for as long as the vendor is in trouble": {
			trouble: during("0:02:20", "0:03:00"),
			polls:   together(answered("0:00:00", "0:01:20"), failing("0:02:20"), answered("0:04:00", "0:04:20", "0:05:20")),
		},
		"one in vain that was held back until just before the next slot": {
			trouble: during("0:02:20", "0:03:00"),
			polls:   together(answered("0:00:00", "0:01:20"), failing("0:03:07"), answered("0:03:20", "0:04:20", "0:05:20")),
		},
		"one that was held back until just before the next slot": {
			trouble: during("0:02:20", "0:03:00"),
			polls:   answered("0:00:00", "0:01:20", "0:03:07", "0:03:20", "0:04:20", "0:05:20"),
			want:    sums{Early: 1},
		},
		"some in vain while the vendor is in trouble": {
			trouble: during("0:02:00", "0:04:00"),
			polls:   together(answered("0:00:00", "0:01:20"), failing("0:02:27", "0:04:07"), answered("0:04:20", "0:05:20")),
		},
		"two in vain in the slot after trouble": {
			trouble: during("0:02:20", "0:03:00"),
			polls:   together(answered("0:00:00", "0:01:20"), failing("0:03:07", "0:03:12"), answered("0:03:20", "0:04:20", "0:05:20")),
			want:    sums{Early: 1},
		},
		"on request, one between the slots": {
			changes: []change{requested},
			polls:   answered("0:00:00", "0:01:20", "0:02:20", "0:02:55", "0:04:20", "0:05:20"),
		},
		"on request, two between the slots": {
			changes: []change{requested},
			polls:   answered("0:00:00", "0:01:20", "0:02:20", "0:02:55", "0:02:57", "0:04:20", "0:05:20"),
			want:    sums{Early: 1},
		},
		"another leader, which knows only old numbers": {
			down:  during("0:02:40", "0:02:40"),
			polls: answered("0:00:00", "0:01:20", "0:02:20", "0:02:50", "0:04:20", "0:05:20"),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := &audit{down: test.down, trouble: test.trouble, aftermath: time.Minute}
			v := a.check(question{}, append([]change{minutely}, test.changes...), test.polls, at("0:06"))
			if diff := cmp.Diff(test.want, sums{v.early, v.lost}); diff != "" {
				t.Errorf("(-want +got):\n%s%q", diff, v.details)
			}
		})
	}
}

func TestAuditTellsWhatCameBefore(t *testing.T) {
	a := &audit{down: during("2:30", "2:30"), trouble: during("9:00", "9:10")}
	changes := []change{{at: at("0:00"), interval: time.Hour, retry: time.Minute, joined: time.Hour, key: "new"}}
	v := a.check(question{account: "account", text: "packages"}, changes, withNewKey(answered("0:00", "1:20", "1:40")), at("2:00"))
	want := []string{`13:40:00 account "packages": early, 20m0s after the last one, not 59m0s, after
    12:00:00.000 wanted with key new every 1h0m0s, after a failure 1m0s, by somebody new every 1h0m0s
    12:00:00.000 poll with key new answered
    13:20:00.000 poll with key new answered`}
	if diff := cmp.Diff(want, v.details); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("\n    no operator from 14:30:00.000 to 14:30:00.000", a.around(at("2:20"))); diff != "" {
		t.Errorf("around (-want +got):\n%s", diff)
	}
}

func TestTrailForgetsWhatIsTooLongAgo(t *testing.T) {
	var all trail
	for i := range 2 * trailLength {
		all.add(asked{at: noon.Add(time.Duration(i) * time.Minute)})
	}
	if first, want := all[0].String(), "12:12:00.000 poll with key  answered"; len(all) != trailLength || first != want {
		t.Errorf("%d are left, of which the first is %q, not %q", len(all), first, want)
	}
}

func TestAudit(t *testing.T) {
	hourly := change{at: at("0:00"), interval: time.Hour, joined: time.Hour}
	nobody := func(clock string) change { return change{at: at(clock)} }
	again := func(clock string) change { return change{at: at(clock), interval: time.Hour, joined: time.Hour} }
	rekeyed := func(clock string) change { return change{at: at(clock), interval: time.Hour, key: "new"} }
	rejoined := func(clock string) change {
		return change{at: at(clock), interval: time.Hour, joined: time.Hour, key: "new"}
	}
	hourlyAt := func(clock string) change { return change{at: at(clock), interval: time.Hour} }
	requested := func(clock string) change { return change{at: at(clock), interval: time.Hour, requested: true} }

	type sums struct{ Early, Lost int }
	tests := map[string]struct {
		changes       []change // after somebody wants an answer every hour from the beginning on
		down, trouble []span
		polls         []asked // the slot is at 20 past
		text          string
		want          sums
	}{
		"one at once, and one in every slot": {
			polls: answered("0:00", "1:20", "2:20", "3:20", "4:20", "5:20"),
		},
		"one a little after its slot": {
			polls: answered("0:00", "1:20", "2:20:40", "3:20", "4:20", "5:20"),
		},
		"one before its slot": {
			polls: answered("0:00", "1:20", "2:20", "3:10", "4:20", "5:20"),
			want:  sums{Early: 1},
		},
		"two in one slot": {
			polls: answered("0:00", "1:20", "2:20", "3:20", "3:50", "4:20", "5:20"),
			want:  sums{Early: 2}, // by the gap before it and the gap after it
		},
		"a burst": {
			polls: answered("0:00", "1:20", "2:20", "3:20", "3:20:01", "3:20:02", "4:20", "5:20"),
			want:  sums{Early: 2},
		},
		"a slot without": {
			polls: answered("0:00", "1:20", "2:20", "4:20", "5:20"),
			want:  sums{Lost: 1},
		},
		"two slots without": {
			polls: answered("0:00", "1:20", "2:20", "5:20"),
			want:  sums{Lost: 2},
		},
		"none any more": {
			polls: answered("0:00", "1:20", "2:20"),
			want:  sums{Lost: 3},
		},
		"none at all": {
			want: sums{Lost: 6},
		},
		"none at once": {
			polls: answered("0:20", "1:20", "2:20", "3:20", "4:20", "5:20"),
			want:  sums{Lost: 1},
		},

		"retries on backoff until there is an answer": {
			polls: together(failing("0:00", "0:00:01", "0:00:03", "0:00:07"), answered("0:00:15", "1:20", "2:20", "3:20", "4:20", "5:20")),
		},
		"a retry at once": {
			polls: together(failing("0:00", "0:00:00.2"), answered("0:00:03", "1:20", "2:20", "3:20", "4:20", "5:20")),
			want:  sums{Early: 1},
		},
		"a retry of what was answered before": {
			polls: together(answered("0:00", "1:20", "2:20"), failing("3:20", "3:25"), answered("4:30", "5:30")),
			want:  sums{Early: 1},
		},
		"one that was refused, and another in its place": {
			trouble: during("3:20", "3:25"),
			polls:   together(answered("0:00", "1:20", "2:20"), refused("3:20"), answered("3:26", "4:20", "5:20")),
		},

		"one for who joins and finds no young answer": {
			changes: []change{{at: at("2:50"), interval: 15 * time.Minute, joined: 15 * time.Minute}, {at: at("2:55"), interval: time.Hour}},
			polls:   answered("0:00", "1:20", "2:20", "2:50", "4:20", "5:20"),
		},
		"none for who joins and finds none": {
			changes: []change{{at: at("2:50"), interval: 15 * time.Minute, joined: 15 * time.Minute}, {at: at("2:55"), interval: time.Hour}},
			polls:   answered("0:00", "1:20", "2:20", "3:20", "4:20", "5:20"),
			want:    sums{Lost: 1},
		},
		"none for who joins and finds one": {
			changes: []change{{at: at("2:50"), interval: time.Hour, joined: 2 * time.Hour}},
			polls:   answered("0:00", "1:20", "2:20", "3:20", "4:20", "5:20"),
		},
		"one for who joins and finds one": {
			changes: []change{{at: at("2:50"), interval: time.Hour, joined: 2 * time.Hour}},
			polls:   answered("0:00", "1:20", "2:20", "2:50", "4:20", "5:20"),
			want:    sums{Early: 1},
		},
		"with another credential, one at once": {
			changes: []change{rekeyed("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("2:40", "4:05", "5:05"))), // and other slots
		},
		"with another credential, one at once before one in line of the old one": {
			changes: []change{rekeyed("2:40")},
			polls: together(answered("0:00", "1:20", "2:20"),
				withNewKey(answered("2:40:01")), answered("2:40:02"), withNewKey(answered("4:05", "5:05"))),
		},
		"with another credential, one that is answered after one in line of the old one in vain": {
			changes: []change{rekeyed("2:40")},
			polls: together(answered("0:00", "1:20", "2:20"), failing("2:40:01"),
				withNewKey(together(failing("2:40:01.3", "2:40:02.3"), answered("2:40:05", "4:05", "5:05")))),
		},
		"with another credential, two of the old one": {
			changes: []change{rekeyed("2:40")},
			polls: together(answered("0:00", "1:20", "2:20"), failing("2:40:01", "2:40:02"),
				withNewKey(answered("2:40:03", "4:05", "5:05"))),
			want: sums{Early: 1},
		},
		"with another credential, two at once": {
			changes: []change{rekeyed("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("2:40:01", "2:40:02", "4:05", "5:05"))),
			want:    sums{Early: 1},
		},
		"with another credential, one of the old one in its slot": {
			changes: []change{rekeyed("2:40")},
			polls: together(answered("0:00", "1:20", "2:20"),
				withNewKey(answered("2:40:01")), answered("3:20"), withNewKey(answered("4:05", "5:05"))),
			want: sums{Early: 1},
		},
		"with another credential, one of the old one that trouble had held": {
			changes: []change{rekeyed("2:40")},
			trouble: during("2:39", "2:44"),
			polls: together(answered("0:00", "1:20", "2:20"),
				withNewKey(answered("2:40:01")), answered("2:44"), withNewKey(answered("4:05", "5:05"))),
		},
		"with another credential, two of the old one that trouble had held": {
			changes: []change{rekeyed("2:40")},
			trouble: during("2:39", "2:44"),
			polls: together(answered("0:00", "1:20", "2:20"),
				withNewKey(answered("2:40:01")), answered("2:44", "2:44:01"), withNewKey(answered("4:05", "5:05"))),
			want: sums{Early: 1},
		},
		"with another credential while nobody wants to know, one at once": {
			changes: []change{nobody("2:30"), rejoined("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("2:40", "4:05", "5:05"))),
		},
		"with another credential while nobody wants to know, none at once": {
			changes: []change{nobody("2:30"), rejoined("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("4:05", "5:05"))),
			want:    sums{Lost: 2},
		},
		"with another credential while nobody wants to know, one of the old one": {
			changes: []change{nobody("2:30"), rejoined("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("2:40")), answered("2:40:01"), withNewKey(answered("4:05", "5:05"))),
			want:    sums{Early: 1},
		},
		"with another credential, and back with the one before": {
			changes: []change{rekeyed("2:40"), hourlyAt("2:50")},
			polls: together(answered("0:00", "1:20", "2:20"),
				withNewKey(failing("2:40", "2:40:01")), answered("2:50:01"), withNewKey(failing("2:50:02")), answered("4:20", "5:20")),
		},
		"with another credential, none for who joins and finds an answer to the old one": {
			changes: []change{rekeyed("2:40"), {at: at("2:50"), interval: time.Hour, joined: time.Hour, key: "new"}},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(failing("2:40", "2:40:01"))),
			want:    sums{Lost: 4},
		},
		"with another credential, one in its slot of another leader, which takes old numbers for those of the new one": {
			changes: []change{rekeyed("2:40")},
			trouble: during("2:40", "2:44"),
			down:    during("2:45", "2:45"),
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("3:20", "4:20", "5:20"))),
		},
		"with another credential, none of another leader": {
			changes: []change{rekeyed("2:40")},
			down:    during("2:45", "2:45"),
			polls:   answered("0:00", "1:20", "2:20"),
			want:    sums{Lost: 2},
		},
		"with another credential of another leader, one at once": {
			changes: []change{rekeyed("2:40")},
			down:    during("2:35", "2:45"),
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("2:45", "4:05", "5:05"))),
		},
		"with another credential, none at once": {
			changes: []change{rekeyed("2:40")},
			polls:   together(answered("0:00", "1:20", "2:20"), withNewKey(answered("3:20", "4:20", "5:20"))),
			want:    sums{Lost: 1},
		},

		"on request, one at once": {
			changes: []change{requested("2:40")},
			polls:   answered("0:00", "1:20", "2:20", "2:40", "4:20", "5:20"), // the next an interval away
		},
		"on request, none": {
			changes: []change{requested("2:40")},
			polls:   answered("0:00", "1:20", "2:20", "3:20", "4:20", "5:20"),
			want:    sums{Lost: 1},
		},
		"on request, one right after its slot": {
			changes: []change{requested("2:21")},
			polls:   answered("0:00", "1:20", "2:20", "2:21", "4:20", "5:20"),
		},
		"on request, two at once": {
			changes: []change{requested("2:40")},
			polls:   answered("0:00", "1:20", "2:20", "2:40", "2:41", "4:20", "5:20"),
			want:    sums{Early: 1},
		},
		"on two requests, two a minute apart": {
			changes: []change{requested("2:40"), requested("2:40:10")},
			polls:   answered("0:00", "1:20", "2:20", "2:40", "2:41", "4:20", "5:20"),
		},
		"long after a request, one": {
			changes: []change{requested("2:40")},
			polls:   answered("0:00", "1:20", "2:20", "2:50", "4:20", "5:20"),
			want:    sums{Early: 1, Lost: 1},
		},

		"one while nobody wants to know, that trouble had held": {
			changes: []change{nobody("1:40"), again("3:00")},
			trouble: during("1:39", "1:44"),
			polls:   answered("0:00", "1:20", "1:44", "3:00", "4:20", "5:20"),
		},
		"none while nobody wants to know, then one at once": {
			changes: []change{nobody("1:40"), again("3:00")},
			polls:   answered("0:00", "1:20", "3:00", "4:20", "5:20"),
		},
		"one while nobody wants to know": {
			changes: []change{nobody("1:40"), again("3:00")},
			polls:   answered("0:00", "1:20", "2:20", "3:00", "4:20", "5:20"),
			want:    sums{Early: 1},
		},
		"one in vain, tried again when that is wanted": {
			changes: []change{{at: at("0:30"), interval: 2 * time.Hour, retry: time.Hour}},
			polls:   together(answered("0:00"), failing("2:20", "3:20"), answered("4:20")),
		},
		"one in vain, not tried again when that is wanted": {
			changes: []change{{at: at("0:30"), interval: 2 * time.Hour, retry: time.Hour}},
			polls:   together(answered("0:00"), failing("2:20")),
			want:    sums{Lost: 2},
		},
		"one in vain, tried again too soon": {
			changes: []change{{at: at("0:30"), interval: 2 * time.Hour, retry: time.Hour}},
			polls:   together(answered("0:00"), failing("2:20"), answered("2:50")),
			want:    sums{Early: 1},
		},
		"none when somebody wants to know again": {
			changes: []change{nobody("1:40"), again("3:00")},
			polls:   answered("0:00", "1:20", "4:20", "5:20"),
			want:    sums{Lost: 2},
		},

		"another leader that goes on in the slots": {
			down:  during("2:30", "2:30"),
			polls: answered("0:00", "1:20", "2:20", "3:20", "4:20", "5:20"),
		},
		"another leader that asks everything again": {
			down:  during("2:30", "2:30"),
			polls: answered("0:00", "1:20", "2:20", "2:31", "3:40", "4:20", "5:20"),
			want:  sums{Early: 2},
		},
		"another leader that knows of no answer": {
			down:  during("2:30", "2:30"),
			polls: together(answered("0:00", "1:20"), failing("2:20"), answered("2:35", "4:20", "5:20")),
		},
		"another leader, for whom somebody else knew no answer": {
			down:    during("2:30", "2:30"),
			changes: []change{{at: at("2:50"), interval: time.Hour, joined: 2 * time.Hour}},
			polls:   answered("0:00", "1:20", "2:20", "2:50", "4:20", "5:20"),
		},
		"another leader that begins with a poll of the one before": {
			down:  during("2:20", "2:20"),
			polls: answered("0:00", "1:20", "2:20", "3:40", "5:20"),
		},
		"a missed slot, made up for": {
			down:  during("2:10", "2:50"),
			polls: answered("0:00", "1:20", "2:55", "4:20", "5:20"),
		},
		"a missed slot, not made up for": {
			down:  during("2:10", "2:50"),
			polls: answered("0:00", "1:20", "3:20", "4:20", "5:20"),
			want:  sums{Lost: 1},
		},

		"one held back in its slot": {
			trouble: during("2:00", "2:30"),
			polls:   answered("0:00", "1:20", "2:35", "3:20", "4:20", "5:20"),
		},
		"two in a slot of trouble": {
			trouble: during("2:00", "2:30"),
			polls:   together(answered("0:00", "1:20"), failing("2:20"), answered("2:35", "3:20", "4:20", "5:20")),
			want:    sums{Early: 1},
		},
		"one that waited for its turn before the trouble, and two in a slot of it": {
			trouble: during("3:20", "3:22"),
			polls:   together(answered("0:00", "1:20", "2:20:05"), failing("3:20"), answered("3:25", "4:20", "5:20")),
			want:    sums{Early: 1},
		},
		"none after the trouble": {
			trouble: during("2:00", "2:30"),
			polls:   answered("0:00", "1:20", "3:20", "4:20", "5:20"),
			want:    sums{Lost: 1},
		},

		"verifications, which other polls make needless": {
			text:  vendors.OpVerify,
			polls: answered("0:00"),
		},
		"too many verifications": {
			text:  vendors.OpVerify,
			polls: answered("0:00", "0:30", "2:00"),
			want:  sums{Early: 1},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := &audit{down: test.down, trouble: test.trouble, aftermath: 10 * time.Minute}
			v := a.check(question{text: test.text}, append([]change{hourly}, test.changes...), test.polls, at("6:00"))
			if diff := cmp.Diff(test.want, sums{v.early, v.lost}); diff != "" {
				t.Errorf("(-want +got):\n%s%q", diff, v.details)
			}
		})
	}
}
