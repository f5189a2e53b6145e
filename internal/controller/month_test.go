// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

const gigabyte = 1_000_000_000

// The packages of the month, in the order in which they end.
const (
	oldPackage  = "281975" // 500 GB, 60 % left; used up on day 20
	topUp       = "301112" // 1800 GB from day 12 until day 27
	nextPackage = "312204" // 500 GB from day 28 on
)

// month is a watch that is read every two hours of a month, at a vendor of whom a
// script tells what happens there.
type month struct {
	*operator
	began  time.Time // midnight at the vendor's before the first reading
	script []scene   // what is still to come
	stored *storedStatuses
}

// scene is something that happens at the vendor's, or that the user does.
type scene struct {
	at   moment
	play func(*month)
}

// monthly is the script. Every morning the vendor takes from the packages what was
// used on the day before: little, but for two great events.
func monthly() []scene {
	scenes := []scene{
		{moment{9, 9}, func(m *month) { m.uses(170) }},
		{moment{10, 9}, func(m *month) { m.hasLeft(oldPackage, 100) }},
		{moment{10, 12}, func(m *month) { m.hasLeft(oldPackage, 95) }},
		{moment{10, 16}, func(m *month) { m.hasLeft(oldPackage, 105) }},
		{moment{11, 9}, func(m *month) { m.uses(60) }},
		{moment{12, 14}, func(m *month) { m.buys(topUp, 1800, moment{27, 10}) }},
		{moment{15, 12}, func(m *month) { m.breaksDown() }},
		{moment{15, 18}, func(m *month) { m.comesBack() }},
		{moment{24, 15}, func(m *month) { m.plans(2000, moment{26, 12}, moment{26, 20}) }},
		{moment{27, 10}, func(m *month) { m.expires(topUp) }},
		{moment{28, 10}, func(m *month) { m.buys(nextPackage, 500, moment{300, 10}) }},
	}
	for d := 2; d <= lastDay; d++ {
		if d < 9 || d > 11 {
			scenes = append(scenes, scene{moment{d, 9}, func(m *month) { m.uses(5) }})
		}
	}
	slices.SortStableFunc(scenes, func(a, b scene) int {
		return cmp.Or(a.at.Day-b.at.Day, a.at.Hour-b.at.Hour)
	})
	return scenes
}

const lastDay = 30

// told is the whole month: what the conditions and the Events said, and when.
// Where there is no line, nothing was said. The hours are even because that is the
// slot of the question, which is the same wherever and whenever it is asked.
var told = []entry{
	{moment{1, 10}, v1alpha1.StateOK, "traffic 60% (300 GB left)", []string{
		"Ready=True Succeeded", "QuotaLow=False Sufficient", "QuotaExhausted=False Sufficient", "ExpiringSoon=False NotExpiring",
		"RunOutSoon=Unknown NoForecast", "PlannedDemandShort=False NotRequested", "UsageHigh=False NotRequested",
		"DataStale=False Fresh", "PartialData=False Complete",
	}, nil},
	// A week is known, so that there is a forecast to rely on.
	{moment{9, 0}, v1alpha1.StateOK, "traffic 53% (265 GB left)", []string{"RunOutSoon=False NotRunningOut"}, nil},
	{moment{9, 10}, v1alpha1.StateLow, "traffic 19% (95 GB left)", []string{"QuotaLow=True LowWarning"}, []string{"QuotaLow"}},
	// With an event in it no week is like the other any more: the forecast is now
	// and then too unsure to rely on. It agrees that enough is left, which is no news.
	// On day 10 it goes up to 20 %, down to 19 % and up to 21 %.
	{moment{11, 10}, v1alpha1.StateLow, "traffic 9% (45 GB left)", []string{"QuotaLow=True LowCritical"}, []string{"QuotaLow"}},
	{moment{12, 14}, v1alpha1.StateOK, "traffic 80% (1.84 TB left)", []string{"QuotaLow=False Sufficient"},
		[]string{"PackageAdded", "QuotaRecovered"}},
	// The vendor is down from noon on. When the numbers of ten o'clock are four hours
	// old, nobody knows any more that nothing is wrong.
	{moment{15, 14}, v1alpha1.StateUnknown, "traffic 79% (1.82 TB left)", []string{
		"Ready=False DataStale", "Reconciling=True DataStale", "QuotaLow=Unknown DataStale", "QuotaExhausted=Unknown DataStale",
		"ExpiringSoon=Unknown DataStale", "RunOutSoon=Unknown DataStale", "DataStale=True DataStale",
	}, []string{"DataStale"}},
	{moment{15, 18}, v1alpha1.StateOK, "traffic 79% (1.82 TB left)", []string{
		"Ready=True Succeeded", "QuotaLow=False Sufficient", "QuotaExhausted=False Sufficient", "ExpiringSoon=False NotExpiring",
		"RunOutSoon=False NotRunningOut", "DataStale=False Fresh", "Reconciling gone",
	}, nil},
	// The old package is used up; the other one ends in a week, unused.
	{moment{20, 10}, v1alpha1.StateExpiring, "traffic 100% (1.8 TB left)", []string{"ExpiringSoon=True ExpiringWarning"},
		[]string{"ExpiringSoon"}},
	{moment{24, 14}, v1alpha1.StateExpiring, "traffic 98% (1.78 TB left)", []string{"PlannedDemandShort=True DemandShort"},
		[]string{"PlannedDemandShort"}},
	// One day before the end that is graver.
	{moment{26, 10}, v1alpha1.StateExpiring, "traffic 98% (1.77 TB left)", []string{"ExpiringSoon=True ExpiringCritical"},
		[]string{"ExpiringSoon"}},
	// The planned event is over.
	{moment{26, 20}, v1alpha1.StateExpiring, "traffic 98% (1.77 TB left)", []string{"PlannedDemandShort=False DemandCovered"}, nil},
	// What is not there is also less than allowed.
	{moment{27, 10}, v1alpha1.StateExhausted, "traffic 0% (0 B left)", []string{
		"QuotaLow=True LowCritical", "QuotaExhausted=True Exhausted", "ExpiringSoon=False NotExpiring",
	}, []string{"OverageBilling", "PackageExpired", "QuotaExhausted", "QuotaLow"}},
	{moment{28, 10}, v1alpha1.StateOK, "traffic 100% (500 GB left)", []string{
		"QuotaLow=False Sufficient", "QuotaExhausted=False Sufficient",
	}, []string{"PackageAdded", "QuotaRecovered"}},
}

// toldSummaries are the Events that told what is left: whenever that was ten points
// from what was told last, or something began or ceased to be left at all.
var toldSummaries = []string{
	"day  1 10 h  First reading: traffic 60% (300 GB left)",
	"day  9 10 h  traffic 19% (95 GB left)",
	"day 11 10 h  traffic 9% (45 GB left)",
	"day 12 14 h  traffic 80% (1.84 TB left)",
	"day 20 10 h  traffic 100% (1.8 TB left)",
	"day 27 10 h  traffic 0% (0 B left)",
	"day 28 10 h  traffic 100% (500 GB left)",
}

// tally counts what a month costs.
type tally struct{ Polls, Writes, Heartbeats int }

// spent is what the month costs: one write for each poll, most of which tell but
// the time, and one for the planned event.
var spent = tally{Polls: 355, Writes: 356, Heartbeats: 289}

var _ = Describe("A month of polls", func() {
	It("is told by what happens in it, each thing once, and nothing else", func() {
		m := beginMonth()
		DeferCleanup(func() { AddReportEntry("What was told in a month", ReportEntryVisibilityAlways, m.report()) })
		for m.nextPoll().Before(m.time(moment{lastDay + 1, 0})) {
			m.pass()
		}

		Expect(m.script).To(BeEmpty())
		By("comparing the journal")
		Eventually(m.untold).WithTimeout(patience).Should(BeEmpty())
		m.expectNoOtherEvents()
		Expect(m.eventNotes()).To(HaveKeyWithValue(v1alpha1.EventPackageExpired, "Expired with something left: "+topUp+" (traffic)"))
		By("counting the writes")
		Expect(gocmp.Diff(spent, m.tally())).To(BeEmpty())
		Expect(m.requests.answered(http.StatusConflict)).To(BeZero())
		Expect(m.storedWatch().Status).To(BeComparableTo(m.stored.last().Status))
		By("looking at every status on the way")
		m.expectSoundStatuses()
		m.expectForecasts()
		Expect(m.used()).To(Equal(slices.Concat(
			slices.Repeat([]int64{5}, 7), []int64{170, 5, 60}, slices.Repeat([]int64{5}, 16), []int64{0, 5, 5})),
			"neither a correction nor a top-up nor an end is use")
	})
})

// untold is how what was told differs from what is to be told.
func (m *month) untold() string {
	entries, summaries := m.journal(m.began, m.stored.list())
	return gocmp.Diff(told, entries) + gocmp.Diff(toldSummaries, summaries)
}

// expectNoOtherEvents checks that there are no Events on anything else, and none
// twice.
func (m *month) expectNoOtherEvents() {
	GinkgoHelper()
	events := len(toldSummaries)
	for _, e := range told {
		events += len(e.Events)
	}
	counts := m.requests.counts()
	Expect(counts["create events"]).To(Equal(events))
	Expect(counts["patch events"]).To(BeZero())
}

func (m *month) tally() tally {
	return tally{Polls: m.vendor.CallCount() - 1, Writes: m.stored.count(), Heartbeats: m.stored.heartbeats()} // one call checks the key
}

// expectSoundStatuses checks what holds all the month long: the row stays, and
// nothing is left only when that is so.
func (m *month) expectSoundStatuses() {
	GinkgoHelper()
	for _, stored := range m.stored.list() {
		watch, at := stored.watch, momentAt(stored.at, m.began)
		expectSoundConditions(watch.Generation, watch.Status.Conditions)
		Expect(watch.Status.Resources).To(HaveLen(1), at.String())
		left := Not(Equal(v1alpha1.Amount("0")))
		if !stored.at.Before(m.time(moment{27, 10})) && stored.at.Before(m.time(moment{28, 10})) {
			left = Equal(v1alpha1.Amount("0"))
		}
		Expect(watch.Status.Resources[0].Remaining).To(left, at.String())
	}
}

// expectForecasts checks what the watch foresaw.
func (m *month) expectForecasts() {
	GinkgoHelper()
	const usual = v1alpha1.Amount("5000000000") // a day
	Expect(m.trafficBefore(moment{12, 14}).BurnPerDay).To(Equal(usual), "before the top-up")
	Expect(m.trafficBefore(moment{13, 0}).BurnPerDay).To(Equal(usual), "what was bought is not used")
	Expect(m.trafficBefore(moment{15, 14}).BurnPerDay).NotTo(BeEmpty())
	Expect(m.trafficBefore(moment{15, 18}).BurnPerDay).To(BeEmpty(), "nothing is foreseen from stale numbers")

	unused := amount.MustParse(string(m.trafficBefore(moment{20, 12}).UnusedAtExpiry))
	Expect(unused.Sign()).To(Equal(1))
	// Of 1780 GB, two and a half days of the usual leave 1767.5.
	Expect(m.stored.before(m.time(moment{24, 16})).Status.Findings.Items).To(ContainElement(And(
		HaveField("Kind", v1alpha1.FindingPlannedDemandShort), HaveField("Threshold", "finals"),
		HaveField("Shortfall", v1alpha1.Amount("232500000000")))))

	Expect(m.trafficBefore(moment{27, 10}).BurnPerDay).To(Equal(usual))
	Expect(m.trafficBefore(moment{28, 12}).BurnPerDay).To(Equal(usual), "what ended is not used")
	Expect(m.trafficBefore(moment{lastDay + 1, 0}).BurnPerDay).To(Equal(usual))
}

// used are the gigabytes that the history says were used on each day after the
// first.
func (m *month) used() []int64 {
	GinkgoHelper()
	samples := m.stored.last().Status.History[0].Samples
	var used []int64
	for i := range samples[1:] {
		before, after := amount.MustParse(string(samples[i])), amount.MustParse(string(samples[i+1]))
		gigabytes, ok := before.Sub(after).Shift(-9).Int64()
		Expect(ok).To(BeTrue())
		used = append(used, gigabytes)
	}
	return used
}

// trafficBefore is the row of the last status stored before a moment.
func (m *month) trafficBefore(at moment) v1alpha1.ResourceStatus {
	return m.stored.before(m.time(at)).Status.Resources[0]
}

// beginMonth lets the operator read the packages for the first time, at ten in the
// morning of the first day.
func beginMonth() *month {
	GinkgoHelper()
	m := &month{operator: prepareOperator(vendorsim.ScenarioSeeds), script: monthly()}
	m.began = vendors.DayAt(m.clock.Now()).Add(1).Start()
	m.clock.SetTime(m.began.Add(10 * time.Hour))
	m.stored = &storedStatuses{clock: m.clock}
	m.requests.around = m.stored.around
	m.vendor.Tencent().SetAccount(vendorsim.ExampleTencentAccount, vendorsim.TencentAccount{PackageBillMode: paidAsYouGo})
	m.buys(oldPackage, 500, moment{26, 0})
	m.hasLeft(oldPackage, 300)
	m.start()

	account, watch := m.account(), m.watch()
	account.Spec.VerifyInterval = &metav1.Duration{Duration: day} // so that only the polls ask the vendor
	watch.Spec.Interval = &metav1.Duration{Duration: 2 * time.Hour}
	watch.Spec.StaleAfter = &metav1.Duration{Duration: 4 * time.Hour}
	watch.Spec.Packages.TencentCloud = &v1alpha1.TencentCloudPackages{Types: []v1alpha1.TencentCloudPackageType{v1alpha1.TencentCloudTraffic}}
	m.applied(m.secret(), account)
	m.eventuallyAccount(beReady())
	m.applied(watch)
	m.eventuallyWatch(beReady())
	Eventually(m.stored.count).WithTimeout(patience).Should(Equal(1))
	m.settles()
	return m
}

// paidAsYouGo is how the vendor says that usage beyond the packages is billed.
const paidAsYouGo = 204

// time is the beginning of an hour.
func (m *month) time(at moment) time.Time {
	return m.began.Add(time.Duration(at.Day-1)*day + time.Duration(at.Hour)*time.Hour)
}

// nextPoll is when the watch says that it is read next.
func (m *month) nextPoll() time.Time { return m.stored.last().Status.NextPollTime.Time }

// pass plays what happens before the next poll, and lets time pass until then.
func (m *month) pass() {
	GinkgoHelper()
	next := m.nextPoll()
	for len(m.script) > 0 && !m.time(m.script[0].at).After(next) {
		m.script[0].play(m)
		m.script = m.script[1:]
	}
	m.clock.SetTime(next)
	Eventually(func() time.Time {
		attempt := m.stored.last().Status.LastAttemptTime.Time
		if !attempt.Equal(next) {
			m.enqueue("vendoraccount", accountName) // which has the poller look at the clock
		}
		return attempt
	}).WithTimeout(patience).WithPolling(5 * time.Millisecond).Should(BeTemporally("==", next))
	m.settles()
	m.looksAgain()
}

// report is what is to be seen of the month in the output of the test.
func (m *month) report() string {
	var report strings.Builder
	entries, summaries := m.journal(m.began, m.stored.list())
	for _, e := range entries {
		report.WriteString(e.line() + "\n")
	}
	report.WriteString("SummaryChanged:\n" + strings.Join(summaries, "\n") + "\n")
	t := m.tally()
	fmt.Fprintf(&report, "%d polls, %d writes of the status: %d changes, %d heartbeats",
		t.Polls, t.Writes, t.Writes-t.Heartbeats, t.Heartbeats)
	return report.String()
}

// settles waits until the operator has nothing to do.
func (m *month) settles() {
	GinkgoHelper()
	Eventually(m.idle).WithTimeout(patience).WithPolling(2 * time.Millisecond).Should(BeTrue())
}

// looksAgain has the watch reconciled once more, which writes nothing.
func (m *month) looksAgain() {
	GinkgoHelper()
	reconciled, writes := m.reconciles("quotawatch"), m.stored.count()
	before := reconciled()
	m.enqueue("quotawatch", watchName)
	Eventually(reconciled).WithTimeout(patience).WithPolling(2 * time.Millisecond).Should(BeNumerically(">", before))
	m.settles()
	Expect(m.stored.count()).To(Equal(writes), "the same status is written once")
}

// uses takes gigabytes from the package that ends first.
func (m *month) uses(gigabytes int64) {
	GinkgoHelper()
	for _, p := range m.vendor.Tencent().Account(vendorsim.ExampleTencentAccount).Packages {
		if p.Status == 1 {
			m.hasLeft(p.ID, p.Left/gigabyte-gigabytes)
			return
		}
	}
}

// hasLeft sets how many gigabytes are left of a package.
func (m *month) hasLeft(id string, gigabytes int64) {
	GinkgoHelper()
	Expect(m.vendor.Tencent().SetLeft(id, gigabytes*gigabyte)).To(Succeed())
}

// buys adds a package of so many gigabytes.
func (m *month) buys(id string, gigabytes int64, until moment) {
	tencent := m.vendor.Tencent()
	account := tencent.Account(vendorsim.ExampleTencentAccount)
	account.Packages = append(account.Packages, vendorsim.TencentPackage{
		ID: id, Status: 1, Total: gigabytes * gigabyte, Left: gigabytes * gigabyte,
		BuyTime: vendorsim.TencentTime(m.clock.Now()), ExpireTime: vendorsim.TencentTime(m.time(until)),
	})
	tencent.SetAccount(vendorsim.ExampleTencentAccount, account)
}

// breaksDown has the vendor answer no more, until it comes back.
func (m *month) breaksDown() {
	GinkgoHelper()
	Expect(m.vendor.Inject(vendorsim.ServiceTencent, vendorsim.Fault{Name: vendorsim.FaultHTTPHTML})).To(Succeed())
}

func (m *month) comesBack() {
	GinkgoHelper()
	Expect(m.vendor.Clear(vendorsim.ServiceTencent, vendorsim.FaultHTTPHTML)).To(Succeed())
}

// expires has the vendor say that a package is over.
func (m *month) expires(id string) {
	tencent := m.vendor.Tencent()
	account := tencent.Account(vendorsim.ExampleTencentAccount)
	for i := range account.Packages {
		if account.Packages[i].ID == id {
			account.Packages[i].Status = 2
		}
	}
	tencent.SetAccount(vendorsim.ExampleTencentAccount, account)
}

// plans has the user plan an event that needs so many gigabytes.
func (m *month) plans(gigabytes int64, start, end moment) {
	GinkgoHelper()
	edited(m.storedWatch(), func(w *v1alpha1.QuotaWatch) {
		w.Spec.PlannedDemand = []v1alpha1.PlannedDemand{{
			Name: "finals", Resource: "traffic", Amount: *resource.NewQuantity(gigabytes*gigabyte, resource.DecimalSI),
			Start: metav1.NewTime(m.time(start)), End: metav1.NewTime(m.time(end)),
		}}
	})
	Eventually(func() int64 { return m.stored.last().Status.ObservedGeneration }).WithTimeout(patience).Should(Equal(int64(2)))
	m.settles()
}
