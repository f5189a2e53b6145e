// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/vendors/vendorsim"
)

// The objects of a spec, one of each kind.
const (
	secretName  = "key"
	accountName = "account"
	watchName   = "watch"
)

// secret is the credential that the simulator knows.
func (o *operator) secret() *corev1.Secret {
	credential := vendorsim.ExampleTencentCredential()
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: secretName},
		StringData: map[string]string{"secretId": credential.SecretID, "secretKey": credential.SecretKey.Reveal()},
	}
}

func (o *operator) account() *v1alpha1.VendorAccount {
	return &v1alpha1.VendorAccount{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: accountName},
		Spec: v1alpha1.VendorAccountSpec{
			Vendor:    v1alpha1.VendorTencentCloud,
			SecretRef: v1alpha1.SecretReference{Name: secretName},
			Endpoint:  o.endpoint,
		},
	}
}

func (o *operator) watch() *v1alpha1.QuotaWatch {
	return &v1alpha1.QuotaWatch{
		ObjectMeta: metav1.ObjectMeta{Namespace: o.namespace, Name: watchName},
		Spec: v1alpha1.QuotaWatchSpec{
			AccountRef: v1alpha1.VendorAccountReference{Name: accountName},
			Packages:   &v1alpha1.PackagesReading{},
		},
	}
}

// applied creates the objects.
func (o *operator) applied(objects ...client.Object) {
	GinkgoHelper()
	for _, object := range objects {
		Expect(apiServer.Create(suiteContext, object)).To(Succeed())
	}
}

// edited changes an object as a user would, whatever the operator writes
// meanwhile.
func edited[T client.Object](object T, change func(T)) {
	GinkgoHelper()
	Eventually(func() error {
		if err := apiServer.Get(suiteContext, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		change(object)
		return apiServer.Update(suiteContext, object)
	}).WithTimeout(patience).Should(Succeed())
}

// storedWatch is the watch as a user sees it.
func (o *operator) storedWatch() *v1alpha1.QuotaWatch {
	GinkgoHelper()
	watch := o.watch()
	Expect(apiServer.Get(suiteContext, client.ObjectKeyFromObject(watch), watch)).To(Succeed())
	return watch
}

func (o *operator) storedAccount() *v1alpha1.VendorAccount {
	GinkgoHelper()
	account := o.account()
	Expect(apiServer.Get(suiteContext, client.ObjectKeyFromObject(account), account)).To(Succeed())
	return account
}

// eventuallyWatch waits until the watch is as wanted. Every status seen on the
// way must keep the rules that hold at all times.
func (o *operator) eventuallyWatch(want gomegatypes.GomegaMatcher) {
	GinkgoHelper()
	Eventually(func() *v1alpha1.QuotaWatch {
		watch := o.storedWatch()
		expectSoundConditions(watch.Generation, watch.Status.Conditions)
		return watch
	}).WithTimeout(patience).WithPolling(20 * time.Millisecond).Should(want)
}

func (o *operator) eventuallyAccount(want gomegatypes.GomegaMatcher) {
	GinkgoHelper()
	Eventually(func() *v1alpha1.VendorAccount {
		account := o.storedAccount()
		expectSoundConditions(account.Generation, account.Status.Conditions)
		return account
	}).WithTimeout(patience).WithPolling(20 * time.Millisecond).Should(want)
}

// expectSoundConditions checks what holds of conditions at all times.
func expectSoundConditions(generation int64, conditions []metav1.Condition) {
	GinkgoHelper()
	for _, c := range conditions {
		Expect(c.ObservedGeneration).To(And(BeNumerically(">", 0), BeNumerically("<=", generation)), c.Type)
		Expect(c.Reason).NotTo(BeEmpty(), c.Type)
		Expect(len(c.Message)).To(And(BeNumerically(">", 0), BeNumerically("<=", 256)), c.Type)
		if c.Type == v1alpha1.ConditionReconciling || c.Type == v1alpha1.ConditionStalled {
			Expect(c.Status).To(Equal(metav1.ConditionTrue), c.Type)
		}
	}
	if meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionReady) {
		Expect(meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling)).To(BeNil())
		Expect(meta.FindStatusCondition(conditions, v1alpha1.ConditionStalled)).To(BeNil())
	}
}

// conditioned is an object with conditions.
type conditioned interface{ GetConditions() []metav1.Condition }

// haveCondition matches objects on which a condition has a status and a reason.
func haveCondition(conditionType string, status metav1.ConditionStatus, reason string) gomegatypes.GomegaMatcher {
	want := fmt.Sprintf("%s=%s %s", conditionType, status, reason)
	return WithTransform(func(object conditioned) string {
		c := meta.FindStatusCondition(object.GetConditions(), conditionType)
		if c == nil {
			return conditionType + " absent"
		}
		return fmt.Sprintf("%s=%s %s", c.Type, c.Status, c.Reason)
	}, Equal(want))
}

// lackCondition matches objects without a condition.
func lackCondition(conditionType string) gomegatypes.GomegaMatcher {
	return WithTransform(func(object conditioned) *metav1.Condition {
		return meta.FindStatusCondition(object.GetConditions(), conditionType)
	}, BeNil())
}

// sayReady matches objects whose Ready condition's message contains text.
func sayReady(text string) gomegatypes.GomegaMatcher {
	return WithTransform(func(object conditioned) string {
		return messageOf(object.GetConditions(), v1alpha1.ConditionReady)
	}, ContainSubstring(text))
}

func beReady() gomegatypes.GomegaMatcher {
	return haveCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSucceeded)
}

func beNotReady(reason string) gomegatypes.GomegaMatcher {
	return haveCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, reason)
}

func beReconciling(reason string) gomegatypes.GomegaMatcher {
	return And(haveCondition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason), lackCondition(v1alpha1.ConditionStalled))
}

func beStalled(reason string) gomegatypes.GomegaMatcher {
	return And(haveCondition(v1alpha1.ConditionStalled, metav1.ConditionTrue, reason), lackCondition(v1alpha1.ConditionReconciling))
}

// haveRemaining matches watches whose account row of a resource has so much left.
func haveRemaining(resource, remaining string) gomegatypes.GomegaMatcher {
	return WithTransform(func(watch *v1alpha1.QuotaWatch) string {
		for _, row := range watch.Status.Resources {
			if row.Subject == "" && row.Name == resource {
				return string(row.Remaining)
			}
		}
		return "no row"
	}, Equal(remaining))
}

// haveFinding matches watches of which a kind of finding is listed.
func haveFinding(kind v1alpha1.FindingKind) gomegatypes.GomegaMatcher {
	return WithTransform(func(watch *v1alpha1.QuotaWatch) []v1alpha1.Finding {
		if watch.Status.Findings == nil {
			return nil
		}
		return watch.Status.Findings.Items
	}, ContainElement(HaveField("Kind", kind)))
}

// haveSeeds matches watches that show the published sample's one usable package.
func haveSeeds() gomegatypes.GomegaMatcher {
	return haveRemaining("traffic", "497634728735")
}

// packagesError is the last failure of the packages reading; nil when there is
// none.
func packagesError(watch *v1alpha1.QuotaWatch) *v1alpha1.VendorError {
	if watch.Status.Packages == nil {
		return nil
	}
	return watch.Status.Packages.LastError
}

// eventReasons are the reasons of the Events that the operator told of the
// objects of this spec, each once.
func (o *operator) eventReasons(kind string) func() []string {
	return func() []string {
		list := &eventsv1.EventList{}
		Expect(apiServer.List(suiteContext, list, client.InNamespace(o.namespace))).To(Succeed())
		var reasons []string
		for _, e := range list.Items {
			if e.Regarding.Kind == kind {
				reasons = append(reasons, e.Reason)
			}
		}
		return reasons
	}
}

// eventNotes are the last notes that the operator told of the watch, by reason.
func (o *operator) eventNotes() map[string]string {
	list := &eventsv1.EventList{}
	Expect(apiServer.List(suiteContext, list, client.InNamespace(o.namespace))).To(Succeed())
	notes := map[string]string{}
	for _, e := range list.Items {
		if e.Regarding.Kind == kindQuotaWatch {
			notes[e.Reason] = e.Note
		}
	}
	return notes
}

// leaks returns the secret values that appear in text, as they are or as the API
// server writes them.
func leaks(text string, secrets ...string) []string {
	var found []string
	for _, secret := range secrets {
		encoded := base64.StdEncoding.EncodeToString([]byte(secret))
		if strings.Contains(text, secret) || strings.Contains(text, encoded) {
			found = append(found, secret)
		}
	}
	return found
}
