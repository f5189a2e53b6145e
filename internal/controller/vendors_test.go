// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// setting is one of the vendors with the key and the watch that read from it all
// that its published samples hold.
type setting struct {
	service string
	account v1alpha1.VendorAccountSpec
	key     map[string]string
	watch   v1alpha1.QuotaWatchSpec
	// shows matches the watch that shows the samples.
	shows gomegatypes.GomegaMatcher
}

func polyvGroup() setting {
	key := vendorsim.ExamplePolyvGroupCredential()
	return setting{
		service: vendorsim.ServicePolyv,
		account: v1alpha1.VendorAccountSpec{
			Vendor: v1alpha1.VendorPolyv,
			Polyv:  &v1alpha1.PolyvAccountOptions{AccountType: v1alpha1.PolyvAccountGroup},
		},
		key: map[string]string{"appId": key.AppID, "appSecret": key.AppSecret.Reveal()},
		watch: v1alpha1.QuotaWatchSpec{
			Packages: &v1alpha1.PackagesReading{},
			Bill:     &v1alpha1.BillReading{Polyv: &v1alpha1.PolyvBill{IsolationID: vendorsim.ExamplePolyvIsolationID}},
		},
		shows: And(haveRemaining("live-minutes", "1100"), HaveField("Status.Bill.Periods", HaveLen(2)),
			WithTransform(lastMonth, HaveField("Lines", Not(BeEmpty())))),
	}
}

func polyvStandard() setting {
	key := vendorsim.ExamplePolyvStandardCredential()
	return setting{
		service: vendorsim.ServicePolyv,
		account: v1alpha1.VendorAccountSpec{
			Vendor: v1alpha1.VendorPolyv,
			Polyv:  &v1alpha1.PolyvAccountOptions{SignatureMethod: v1alpha1.PolyvSignatureSHA256},
		},
		key:   map[string]string{"appId": key.AppID, "appSecret": key.AppSecret.Reveal()},
		watch: v1alpha1.QuotaWatchSpec{Usage: &v1alpha1.UsageReading{Window: v1alpha1.UsageLast7Days}},
		shows: HaveField("Status.Usage.Items", ContainElement(And(
			HaveField("Name", "Duration"), HaveField("Unit", v1alpha1.UnitMinutes)))),
	}
}

func volcengineLive() setting {
	key := vendorsim.ExampleVolcengineCredential()
	return setting{
		service: vendorsim.ServiceVolcengine,
		account: v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorVolcengine},
		key:     map[string]string{"accessKeyId": key.AccessKeyID, "secretAccessKey": key.SecretAccessKey.Reveal()},
		watch: v1alpha1.QuotaWatchSpec{Usage: &v1alpha1.UsageReading{
			Window:     v1alpha1.UsageLast7Days,
			Volcengine: &v1alpha1.VolcengineUsage{ActivityIDs: []string{"1795096013214780"}},
		}},
		shows: HaveField("Status.Usage.Items", ContainElements(
			And(HaveField("Name", "TrafficEstimated"), HaveField("Amount", v1alpha1.Amount("1.1")), HaveField("UnitLabel", "GB")),
			And(HaveField("Name", "TrafficPostpaid"), HaveField("Amount", v1alpha1.Amount("1.1"))),
			And(HaveField("Name", "TrafficPrepaid"), HaveField("Amount", v1alpha1.Amount("0"))),
		)),
	}
}

func tencentLive() setting {
	key := vendorsim.ExampleTencentCredential()
	return setting{
		service: vendorsim.ServiceTencent,
		account: v1alpha1.VendorAccountSpec{Vendor: v1alpha1.VendorTencentCloud},
		key:     map[string]string{"secretId": key.SecretID, "secretKey": key.SecretKey.Reveal()},
		watch:   v1alpha1.QuotaWatchSpec{Packages: &v1alpha1.PackagesReading{}},
		shows:   haveSeeds(),
	}
}

func lastMonth(watch *v1alpha1.QuotaWatch) v1alpha1.BillPeriodStatus {
	return watch.Status.Bill.Periods[1]
}

// apply creates the objects of a setting.
func (o *operator) apply(s setting) {
	GinkgoHelper()
	account, watch := o.account(), o.watch()
	account.Spec = s.account
	account.Spec.SecretRef.Name, account.Spec.Endpoint = secretName, o.endpoint
	watch.Spec = s.watch
	watch.Spec.AccountRef.Name = accountName
	o.applied(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: secretName},
		StringData: s.key,
	}, account, watch)
}

var _ = Describe("Every vendor", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	settings := func(body func(setting)) []any {
		return []any{
			body,
			Entry("Tencent Cloud", tencentLive()),
			Entry("POLYV, a group", polyvGroup()),
			Entry("POLYV, an account", polyvStandard()),
			Entry("Volcengine", volcengineLive()),
		}
	}

	DescribeTable("shows its published samples", settings(func(s setting) {
		o.apply(s)
		o.eventuallyWatch(And(beReady(), s.shows))
		o.eventuallyAccount(And(beReady(), haveCondition(v1alpha1.ConditionCredentialsValid, metav1.ConditionTrue, v1alpha1.ReasonSucceeded)))
		status := o.storedWatch().Status
		Expect(status.LastSuccessTime.Time).To(BeTemporally("~", o.clock.Now(), time.Second))
		Expect(status.NextPollTime.IsZero()).To(BeFalse())
		Eventually(o.eventReasons(kindQuotaWatch)).WithTimeout(patience).Should(ContainElement(v1alpha1.EventSummaryChanged))
	})...)

	DescribeTable("keeps its numbers while it is down", settings(func(s setting) {
		o.apply(s)
		o.eventuallyWatch(And(beReady(), s.shows))
		o.server.Close()
		o.advance(25 * time.Hour)
		o.eventuallyWatch(And(s.shows, HaveField("Status.LastAttemptTime.Time", BeTemporally("~", o.clock.Now(), time.Minute))))
		o.restartVendor()
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(time.Hour)
			return o.storedWatch()
		}).WithTimeout(patience).Should(And(beReady(), s.shows))
	})...)

	DescribeTable("never shows a secret or anything personal", settings(func(s setting) {
		o.apply(s)
		o.eventuallyWatch(And(beReady(), s.shows))
		for _, fault := range vendorsim.FaultKinds() {
			o.suffer(s.service, fault)
		}
		secrets := []string{
			"Signature=", "sign=", "Response Body", "Request Body",
			vendorsim.CanaryPolyvAppSecret, vendorsim.CanaryPolyvEmail, vendorsim.CanaryPolyvPhone,
			vendorsim.CanaryPolyvContacts, vendorsim.CanaryPolyvMemo, vendorsim.CanaryPolyvRemark,
			vendorsim.CanaryVolcengineSubAccount,
		}
		for _, value := range s.key {
			secrets = append(secrets, value)
		}
		Expect(leaks(o.everythingShown()+shownMetrics(), secrets...)).To(BeEmpty())
	})...)
})

// suffer has the operator call a vendor with a fault.
func (o *operator) suffer(service string, kind vendorsim.FaultKind) {
	GinkgoHelper()
	if kind.Name == vendorsim.FaultHang || kind.Name == vendorsim.FaultSlowBody {
		return // they only take time; the transport's tests have them
	}
	fault := vendorsim.Fault{Name: kind.Name, Count: 3}
	if o.vendor.Inject(service, fault) != nil {
		return // not one that this vendor can have
	}
	calls := o.vendor.CallCount()
	Eventually(func() int {
		o.advance(time.Hour)
		return o.vendor.CallCount()
	}).WithTimeout(patience).Should(BeNumerically(">", calls))
	Expect(o.vendor.Clear(service, kind.Name)).To(Succeed())
}

// shownMetrics are all metrics of the process.
func shownMetrics() string {
	GinkgoHelper()
	families, err := metrics.Registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	var text strings.Builder
	for _, family := range families {
		text.WriteString(family.String())
	}
	return text.String()
}

var _ = Describe("Bills of closed months", func() {
	var (
		o           *operator
		s           setting
		closedError = HaveField("Status.Bill.ClosedMonths.LastError", Not(BeNil()))
	)
	BeforeEach(func() {
		o, s = newOperator(), polyvGroup()
		s.watch.Bill.Interval = &metav1.Duration{Duration: time.Hour}
		o.apply(s)
		o.eventuallyWatch(And(beReady(), s.shows))
	})

	// expectMended has the vendor answer again, and looks how long it takes.
	expectMended := func() {
		GinkgoHelper()
		Expect(o.vendor.Clear(s.service, vendorsim.FaultVendorError)).To(Succeed())
		mended := o.clock.Now()
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(10 * time.Minute)
			return o.storedWatch()
		}).WithTimeout(patience).Should(And(beReady(), s.shows, Not(closedError)))
		Expect(o.clock.Since(mended)).To(BeNumerically("<", 4*time.Hour))
	}

	It("are asked for again at the interval of bills when the vendor refused them", func() {
		Expect(o.vendor.Inject(s.service, vendorsim.Fault{Name: vendorsim.FaultVendorError})).To(Succeed())
		o.advance(24 * time.Hour) // they are read once a day
		Eventually(func() *v1alpha1.QuotaWatch {
			o.advance(10 * time.Minute)
			return o.storedWatch()
		}).WithTimeout(patience).Should(closedError)
		expectMended()
	})

	It("are asked for again by the next process when the vendor refused a refresh", func() {
		Expect(o.vendor.Inject(s.service, vendorsim.Fault{Name: vendorsim.FaultVendorError})).To(Succeed())
		annotated(o.storedWatch(), v1alpha1.AnnotationRequestedAt, "now")
		o.eventuallyWatch(closedError)
		o.stop()
		o.start()
		expectMended()
	})
})

var _ = Describe("A group at POLYV", func() {
	var o *operator
	BeforeEach(func() { o = newOperator() })

	It("says that a standard key offers usage only", func() {
		s := polyvStandard()
		s.watch.Packages = &v1alpha1.PackagesReading{}
		o.apply(s)
		o.eventuallyWatch(And(beStalled(v1alpha1.ReasonUnsupportedReading),
			sayReady("An account at Polyv with accountType Standard does not offer packages; it offers usage"), s.shows))
	})

	It("asks for the isolation zone of a bill", func() {
		s := polyvGroup()
		s.watch.Bill.Polyv = nil
		o.apply(s)
		o.eventuallyWatch(And(beStalled(v1alpha1.ReasonUnsupportedReading), sayReady("spec.bill.polyv.isolationID"),
			haveRemaining("live-minutes", "1100")))
	})

	It("says where to set the path of the bill when the vendor has another", func() {
		o.vendor.Polyv().SetBillPath("/live/v4/group/elsewhere/list")
		s := polyvGroup()
		o.apply(s)
		o.eventuallyWatch(And(beStalled("NotFound"), sayReady("spec.polyv.isolationBillPath"), haveRemaining("live-minutes", "1100"),
			haveCondition(v1alpha1.ConditionQuotaExhausted, metav1.ConditionFalse, v1alpha1.ReasonSufficient)))

		account := o.storedAccount()
		edited(account, func(a *v1alpha1.VendorAccount) { a.Spec.Polyv.IsolationBillPath = "/live/v4/group/elsewhere/list" })
		o.eventuallyWatch(And(beReady(), s.shows))
	})

	It("counts the e-mail addresses that the vendor does not know", func() {
		s := polyvGroup()
		s.watch.Packages.Polyv = &v1alpha1.PolyvPackages{Emails: []string{"nobody@example.com", "nobody.else@example.com"}}
		o.apply(s)
		o.eventuallyWatch(And(
			haveCondition(v1alpha1.ConditionPartialData, metav1.ConditionTrue, v1alpha1.ReasonSubAccountNotFound),
			HaveField("Status.Resources", BeEmpty())))
		Expect(messageOf(o.storedWatch().Status.Conditions, v1alpha1.ConditionPartialData)).To(And(
			ContainSubstring("2"), Not(ContainSubstring("nobody"))))
	})
})

var _ = Describe("A large account", func() {
	It("shows 5,000 sub-accounts in a status that stays small", func() {
		o := newOperatorOf(vendorsim.ScenarioLarge)
		s := polyvGroup()
		s.watch.Bill = nil
		o.apply(s)
		o.eventuallyWatch(beReady())

		status := o.storedWatch().Status
		Expect(status.Resources).To(HaveLen(24))
		Expect(status.Resources[0].Subject).To(BeEmpty())
		subjects := map[string]bool{}
		for _, row := range status.Resources {
			subjects[row.Subject] = true
		}
		Expect(len(subjects)).To(BeNumerically(">", 1), "sub-accounts after the account's own rows")
		Expect(*status.Packages.Total).To(BeNumerically(">", 5_000))
		Expect(status.Packages.Items).To(HaveLen(16))
		text, err := json.Marshal(status)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(text)).To(BeNumerically("<", 32<<10))
	})

	It("adds up 1,000 packages exactly", func() {
		o := newOperatorOf(vendorsim.ScenarioLarge)
		o.apply(tencentLive())
		o.eventuallyWatch(And(beReady(), HaveField("Status.Packages.Total", HaveValue(Equal(int32(1000))))))
	})
})
