// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// pager is a vendor's client that asks for so many pages.
type pager struct {
	pages int
	pace  func(context.Context) error
}

func (p pager) ReadPackages(ctx context.Context, _ vendors.PackageQuery) (vendors.PackageReading, error) {
	for range p.pages {
		if err := p.pace(ctx); err != nil {
			return vendors.PackageReading{}, err
		}
	}
	return vendors.PackageReading{}, nil
}

func TestPollLogNotesEachCallAtItsTime(t *testing.T) {
	c := newClock(noon)
	l := &pollLog{clock: c}
	var waits []time.Duration // for each call; below zero ends in an error
	factory := l.watch("service", vendors.Factory{
		RequiredKeys: []string{"id", "secret"},
		New: func(access vendors.Access) *vendors.Account {
			return &vendors.Account{Packages: pager{pages: 3, pace: access.Pace}}
		},
	})
	account := factory.New(vendors.Access{
		Credential: map[string]vendors.Secret{"id": "key"},
		Pace: func(context.Context) error {
			if l.calling() {
				t.Error("a poll that waits for its turn counts as a call")
			}
			wait := waits[0]
			waits = waits[1:]
			if wait < 0 {
				return errors.New("held")
			}
			c.moveTo(c.Now().Add(wait))
			return nil
		},
	})
	query := vendors.PackageQuery{Types: []string{"Traffic"}}
	waits = []time.Duration{0, time.Second, time.Minute}
	_, _ = account.Packages.ReadPackages(t.Context(), query)
	waits = []time.Duration{time.Hour, -1}
	_, _ = account.Packages.ReadPackages(t.Context(), query)

	key := fingerprint(map[string]string{"id": "key"})
	want := []*poll{
		{
			service: "service", credential: "key", key: key, question: packagesQuestion(query), ended: true,
			calls: []time.Time{at("0:00"), at("0:00:01"), at("0:01:01")},
		},
		{
			service: "service", credential: "key", key: key, question: packagesQuestion(query), ended: true,
			failed: true, refused: true, calls: []time.Time{at("1:01:01")},
		},
	}
	if diff := cmp.Diff(want, l.all(), cmp.AllowUnexported(poll{})); diff != "" {
		t.Errorf("polls (-want +got):\n%s", diff)
	}
}
