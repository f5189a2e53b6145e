// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/quotawatch/quotawatch/internal/transport"
)

// The soak: many watches with the shortest interval, while everything fails now
// and then and users edit what they have. SOAK_WATCHES and SOAK_MINUTES tell how
// many and for how long, and SOAK_SEED for another course of things.
var _ = Describe("The soak", Label("soak"), Ordered, ContinueOnFailure, func() {
	var (
		watches = environment("SOAK_WATCHES", 200)
		minutes = environment("SOAK_MINUTES", 14)
		seed    = environment("SOAK_SEED", 1)

		s      *storm
		heard  = overheard
		worth  *reasons
		vital  chart
		end    time.Time
		period = time.Duration(max(minutes/6, 2)) * time.Minute
	)
	BeforeAll(func() {
		GinkgoWriter.Printf("SOAK_SEED=%d\n", seed)
		Expect(time.Duration(minutes)*time.Minute).To(BeNumerically(">", noPolyvThrottle), "SOAK_MINUTES: most of it is to be stormy")
		log.SetOutput(transport.RedactLog(heard))
		DeferCleanup(func() { log.SetOutput(os.Stderr) })
		worth = newReasons(heard)
		w := newWorld()
		w.log, w.timeout = heard.logger(), hangTimeout
		w.writes.inspect(worth.inspect)
		leader := w.startReplica()
		leader.lead()
		f := newFleet(w, int(max(watches/10, 4)), 10, time.Minute)
		f.apply()
		end = f.began.Add(time.Duration(minutes) * time.Minute)
		s = newStorm(f, leader, seed)
	})

	It("keeps what it has flat while everything fails", func() {
		for now := s.clock.Now(); now.Before(end); now = s.clock.Now() {
			s.rage(slices.MinFunc([]time.Time{now.Add(period), end}, time.Time.Compare), end)
			vital = append(vital, s.vitals())
			GinkgoWriter.Print(vital[len(vital)-1:])
			s.expectAll()
			Expect(s.vanished).To(BeEmpty(), "what was written at any time")
			if end.Sub(s.clock.Now()) > end.Sub(s.began)/2 { // the last replica is to grow old
				s.replaceReplica()
			}
		}
		AddReportEntry("The vital signs", vital.String())
		expectFlat(vital[0], vital[len(vital)-1])
	})

	It("ends with every watch ready and the vendors' numbers", func() {
		s.expectReady(s.active()...)
		s.expectLatestNumbers()
		s.expectCurrent()
	})

	It("told nobody a secret", func() {
		s.hearAll(heard)
		Expect(heard.told()).To(BeEmpty())
		AddReportEntry("What was listened to", fmt.Sprintf("%d lines of logs, statuses and Events\n", heard.heard))
	})

	It("wrote no status for nothing", func() {
		Expect(worth.needless).To(BeEmpty())
		AddReportEntry("The writes", fmt.Sprintf("%d that changed something, %d of times alone\n", worth.changes, worth.timesAlone))
	})

	It("made no call early, none above a limit, and lost none", func() {
		l := s.ledger()
		AddReportEntry("What happened", s.account())
		AddReportEntry("The account of calls against the schedule", l.String()+s.effortSoFar().String())
		Expect(l.problems()).To(BeEmpty())
	})
})

// hangTimeout is how long a call may take: little, because time stands still
// meanwhile.
const hangTimeout = 3 * time.Second

// environment returns a number that the environment may ask for.
func environment(name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return number
}
