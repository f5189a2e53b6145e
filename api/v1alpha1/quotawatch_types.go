// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TencentCloudPackageType is a kind of prepaid package at Tencent Cloud Live.
// +kubebuilder:validation:Enum=Traffic;Transcoding;MicLink
type TencentCloudPackageType string

const (
	// TencentCloudTraffic is a traffic package (流量包).
	TencentCloudTraffic TencentCloudPackageType = "Traffic"
	// TencentCloudTranscoding is a transcoding package (转码包), ordinary and
	// top-speed codec.
	TencentCloudTranscoding TencentCloudPackageType = "Transcoding"
	// TencentCloudMicLink is a mic-link package (连麦包).
	TencentCloudMicLink TencentCloudPackageType = "MicLink"
)

// PolyvUsageItem is a category of usage at POLYV, the vendor's own code in
// CamelCase.
// +kubebuilder:validation:Enum=Duration;Concurrence;MicDuration;PptAnim;GuideDuration;PptComposite;Distribute;AiPPTVideoEnabled;AiPPTVideoWithDigital;AiAssistantEnabled;AiSmartClipEnabled
type PolyvUsageItem string

const (
	// PolyvDuration is live viewing minutes (直播分钟数).
	PolyvDuration PolyvUsageItem = "Duration"
	// PolyvConcurrence is concurrent viewers (直播并发).
	PolyvConcurrence PolyvUsageItem = "Concurrence"
	// PolyvMicDuration is mic-link minutes (连麦分钟数).
	PolyvMicDuration PolyvUsageItem = "MicDuration"
	// PolyvPptAnim is the transcoding of animated slides (PPT动效转码).
	PolyvPptAnim PolyvUsageItem = "PptAnim"
	// PolyvGuideDuration is the cloud director (导播台).
	PolyvGuideDuration PolyvUsageItem = "GuideDuration"
	// PolyvPptComposite is remade courseware (重制课件).
	PolyvPptComposite PolyvUsageItem = "PptComposite"
	// PolyvDistribute is distribution to other platforms (云分发).
	PolyvDistribute PolyvUsageItem = "Distribute"
	// PolyvAiPPTVideoEnabled is AI lessons without a digital presenter.
	PolyvAiPPTVideoEnabled PolyvUsageItem = "AiPPTVideoEnabled"
	// PolyvAiPPTVideoWithDigital is AI lessons with a digital presenter.
	PolyvAiPPTVideoWithDigital PolyvUsageItem = "AiPPTVideoWithDigital"
	// PolyvAiAssistantEnabled is the AI assistant's answers.
	PolyvAiAssistantEnabled PolyvUsageItem = "AiAssistantEnabled"
	// PolyvAiSmartClipEnabled is smart clipping.
	PolyvAiSmartClipEnabled PolyvUsageItem = "AiSmartClipEnabled"
)

// UsageWindow is a range of days in the vendors' calendar, UTC+8.
// +kubebuilder:validation:Enum=MonthToDate;Yesterday;Last7Days;Last30Days
type UsageWindow string

const (
	// UsageMonthToDate is from the first of the month to the last complete day.
	UsageMonthToDate UsageWindow = "MonthToDate"
	// UsageYesterday is the last complete day.
	UsageYesterday UsageWindow = "Yesterday"
	// UsageLast7Days is the last seven complete days.
	UsageLast7Days UsageWindow = "Last7Days"
	// UsageLast30Days is the last thirty complete days.
	UsageLast30Days UsageWindow = "Last30Days"
)

// Severity ranks what a threshold finds.
// +kubebuilder:validation:Enum=Warning;Critical
type Severity string

const (
	// SeverityWarning is for what should be looked at.
	SeverityWarning Severity = "Warning"
	// SeverityCritical is for what must be acted on.
	SeverityCritical Severity = "Critical"
)

// DeclaredTotal says how much was bought, for a vendor that reports only what
// is left.
type DeclaredTotal struct {
	// resource is the name of the resource, as in status.resources.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z][a-z0-9-]*$`
	Resource string `json:"resource,omitempty"`

	// subject is the sub-account the total belongs to, as in status.resources;
	// empty for the account as a whole.
	// +optional
	// +kubebuilder:default=""
	// +kubebuilder:validation:MaxLength=128
	Subject string `json:"subject"`

	// total is how much was bought, in the unit of the resource. Above zero.
	// +required
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0')) && quantity(string(self)).compareTo(quantity('1E')) <= 0",message="total must be a quantity above zero and at most 1E, such as 500, 1.5M or 100G"
	Total resource.Quantity `json:"total,omitzero"`
}

// PolyvPackages narrows a packages reading at POLYV.
type PolyvPackages struct {
	// emails are the e-mail addresses of the sub-accounts to read.
	// Defaults to every sub-account when omitted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +kubebuilder:validation:items:MinLength=3
	// +kubebuilder:validation:items:MaxLength=254
	// +kubebuilder:validation:items:Pattern=`^[^\s,@]+@[^\s,@]+$`
	Emails []string `json:"emails,omitempty"`
}

// TencentCloudPackages narrows a packages reading at Tencent Cloud Live.
type TencentCloudPackages struct {
	// types are the kinds of package to read.
	// Defaults to all three when omitted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=3
	Types []TencentCloudPackageType `json:"types,omitempty"`
}

// SubjectDisplayName is what is shown in place of a vendor's user ID.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=128
type SubjectDisplayName string

// PackagesReading asks what is left of the prepaid packages.
// +kubebuilder:validation:AtMostOneOf=polyv;tencentCloud
type PackagesReading struct {
	// declaredTotals say how much was bought of a resource for which the vendor
	// reports only what is left.
	// +optional
	// +listType=map
	// +listMapKey=resource
	// +listMapKey=subject
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	DeclaredTotals []DeclaredTotal `json:"declaredTotals,omitempty"`

	// ignore lists package IDs and subjects that do not count.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Ignore []string `json:"ignore,omitempty"`

	// subjectNames maps the vendor's user IDs of sub-accounts to the names that
	// the status shows in their place.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=500
	// +kubebuilder:validation:XValidation:rule="self.all(id, size(id) >= 1 && size(id) <= 128)",message="the user IDs in subjectNames must have 1 to 128 characters"
	SubjectNames map[string]SubjectDisplayName `json:"subjectNames,omitempty"`

	// polyv narrows the reading at POLYV.
	// +optional
	Polyv *PolyvPackages `json:"polyv,omitempty"`

	// tencentCloud narrows the reading at Tencent Cloud Live.
	// +optional
	TencentCloud *TencentCloudPackages `json:"tencentCloud,omitempty"`
}

// PolyvUsage narrows a usage reading at POLYV.
type PolyvUsage struct {
	// items are the categories of usage to read.
	// Defaults to every documented category when omitted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=11
	Items []PolyvUsageItem `json:"items,omitempty"`

	// channelIDs are the channels whose usage counts.
	// Defaults to all channels when omitted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=19
	// +kubebuilder:validation:items:Pattern=`^[0-9]+$`
	ChannelIDs []string `json:"channelIDs,omitempty"`
}

// VolcengineCreator selects live rooms by the account that created them.
// +kubebuilder:validation:ExactlyOneOf=mainAccount;subAccountName
type VolcengineCreator struct {
	// mainAccount selects the rooms that the main account created. Only true is
	// allowed.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self",message="mainAccount can only be true: name the sub-account in subAccountName instead"
	MainAccount *bool `json:"mainAccount,omitempty"`

	// subAccountName selects the rooms that one sub-account created. It is never
	// shown in status, Events, logs or metrics.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	SubAccountName string `json:"subAccountName,omitempty"`
}

// VolcengineUsage selects what a usage reading at Volcengine covers.
// +kubebuilder:validation:AtMostOneOf=activityIDs;creator
type VolcengineUsage struct {
	// activityIDs are the live rooms whose traffic counts. They are strings,
	// because tools round integers of this size.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=19
	// +kubebuilder:validation:items:Pattern=`^[1-9][0-9]*$`
	ActivityIDs []string `json:"activityIDs,omitempty"`

	// creator selects live rooms by the account that created them.
	// Defaults to the main account when both activityIDs and creator are omitted.
	// +optional
	Creator *VolcengineCreator `json:"creator,omitempty"`
}

// UsageReading asks what was used.
// +kubebuilder:validation:AtMostOneOf=polyv;volcengine
type UsageReading struct {
	// interval is how often the usage is read, approximately. At least 1m; below
	// the operator's --min-interval it is raised to that.
	// Defaults to 6h when omitted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) >= duration('1m') && duration(self) <= duration('720h')`,message="interval must be between 1m and 720h, such as 30m or 1h30m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// window is the range of days that is summed, in the vendors' calendar.
	// Defaults to MonthToDate when omitted.
	// +optional
	Window UsageWindow `json:"window,omitempty"`

	// polyv narrows the reading at POLYV.
	// +optional
	Polyv *PolyvUsage `json:"polyv,omitempty"`

	// volcengine selects what the reading at Volcengine covers.
	// +optional
	Volcengine *VolcengineUsage `json:"volcengine,omitempty"`
}

// PolyvBill selects a bill at POLYV.
type PolyvBill struct {
	// isolationID is the user ID of the isolation zone whose bill is read.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	IsolationID string `json:"isolationID,omitempty"`
}

// BillReading asks for bills.
type BillReading struct {
	// interval is how often the running month's bill is read, approximately; the
	// bills of closed months are read at most once a day. At least 1m; below the
	// operator's --min-interval it is raised to that.
	// Defaults to 24h when omitted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) >= duration('1m') && duration(self) <= duration('720h')`,message="interval must be between 1m and 720h, such as 30m or 1h30m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// months is how many months are read: the running one and those before it.
	// Defaults to 2 when omitted.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3
	Months int32 `json:"months,omitempty"`

	// polyv selects the bill at POLYV.
	// +optional
	Polyv *PolyvBill `json:"polyv,omitempty"`
}

// Threshold is one test that a resource must pass. When it fails, the matching
// condition turns True and status.findings names the threshold.
// +kubebuilder:validation:ExactlyOneOf=remainingBelowPercent;remainingBelow;expiresWithin;runsOutWithin;usageAbove
// +kubebuilder:validation:XValidation:rule="!has(self.remainingBelow) || has(self.resource)",message="remainingBelow needs resource: an amount means nothing without its unit",reason=FieldValueRequired,fieldPath=".resource"
// +kubebuilder:validation:XValidation:rule="!has(self.usageAbove) || has(self.resource)",message="usageAbove needs resource: name the usage item it is about",reason=FieldValueRequired,fieldPath=".resource"
// +kubebuilder:validation:XValidation:rule="!has(self.runsOutWithin) || !has(self.subject) || size(self.subject) == 0",message="runsOutWithin is for the account as a whole: leave subject out",reason=FieldValueForbidden,fieldPath=".subject"
type Threshold struct {
	// name identifies the threshold in findings and Events. Names that begin with
	// default- are reserved.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('default-')",message="names that begin with default- are reserved for the built-in thresholds"
	Name string `json:"name,omitempty"`

	// resource is the resource, or with usageAbove the usage item, under test.
	// Defaults to every resource that the built-in thresholds apply to when
	// omitted.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9-]*$`
	Resource string `json:"resource,omitempty"`

	// subject is whose resource is under test: "" or omitted for the account as a
	// whole, "*" for every sub-account, otherwise one sub-account.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Subject *string `json:"subject,omitempty"`

	// severity ranks the finding.
	// Defaults to Warning when omitted.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// remainingBelowPercent fails when less than this share of the total is left.
	// It needs a total: the vendor's, a declared one or an observed one.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	RemainingBelowPercent *int32 `json:"remainingBelowPercent,omitempty"`

	// remainingBelow fails when less than this amount is left, in the unit of the
	// resource. Above zero.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0')) && quantity(string(self)).compareTo(quantity('1E')) <= 0",message="remainingBelow must be a quantity above zero and at most 1E, such as 500, 1.5M or 100G"
	RemainingBelow *resource.Quantity `json:"remainingBelow,omitempty"`

	// expiresWithin fails when something is left in a package that ends within
	// this time, and no later package covers it. Above zero.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('17520h')`,message="expiresWithin must be above zero and at most 17520h, such as 72h"
	ExpiresWithin *metav1.Duration `json:"expiresWithin,omitempty"`

	// runsOutWithin fails when the forecast says that nothing will be left within
	// this time, with a confidence of Medium or High. Above zero.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('17520h')`,message="runsOutWithin must be above zero and at most 17520h, such as 72h"
	RunsOutWithin *metav1.Duration `json:"runsOutWithin,omitempty"`

	// usageAbove fails when more than this was used of a usage item over
	// usage.window, in the unit of the item. The lines of an item in one unit are
	// added up, or their highest counts where the item is a peak; lines in several
	// units are tested each by itself. It needs spec.usage. Above zero.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0')) && quantity(string(self)).compareTo(quantity('1E')) <= 0",message="usageAbove must be a quantity above zero and at most 1E, such as 500, 1.5M or 100G"
	UsageAbove *resource.Quantity `json:"usageAbove,omitempty"`
}

// PlannedDemand is an event that will use a known amount of a resource of the
// account, besides what is used anyway.
//
// Only packages count that can be used throughout the event, or what is left of
// it, less what is forecast to be used until it starts. While it goes on, the
// amount shrinks with the time left. Events for the same resource take their
// amounts in the order in which they start; one that is over does not count.
// +kubebuilder:validation:XValidation:rule="self.start < self.end",message="start must be before end"
type PlannedDemand struct {
	// name identifies the event in findings and Events.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Name string `json:"name,omitempty"`

	// resource is what the event will use.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z][a-z0-9-]*$`
	Resource string `json:"resource,omitempty"`

	// start is when the event begins.
	// +required
	Start metav1.Time `json:"start,omitzero"`

	// end is when the event is over.
	// +required
	End metav1.Time `json:"end,omitzero"`

	// amount is what the event will use in all, in the unit of the resource.
	// Above zero.
	// +required
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0')) && quantity(string(self)).compareTo(quantity('1E')) <= 0",message="amount must be a quantity above zero and at most 1E, such as 500, 1.5M or 100G"
	Amount resource.Quantity `json:"amount,omitzero"`
}

// QuotaWatchSpec says what is watched at a vendor and when it is worth an alarm.
// +kubebuilder:validation:XValidation:rule="has(self.packages) || has(self.usage) || has(self.bill)",message="set at least one of packages, usage and bill: there is nothing to watch otherwise"
// +kubebuilder:validation:XValidation:rule=`!has(self.staleAfter) || [self.staleAfter, self.?interval.orValue('1h')].exists(d, !d.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$')) || duration(self.staleAfter) >= duration(self.?interval.orValue('1h'))`,message="staleAfter must be at least interval (1h when omitted): the numbers would be stale before the next poll",fieldPath=".staleAfter"
// +kubebuilder:validation:XValidation:rule="!has(self.thresholds) || has(self.usage) || self.thresholds.all(t, !has(t.usageAbove))",message="a threshold with usageAbove needs spec.usage",reason=FieldValueRequired,fieldPath=".usage"
type QuotaWatchSpec struct {
	// accountRef names the VendorAccount to ask. It is immutable.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="accountRef is immutable: create another QuotaWatch for another account"
	AccountRef VendorAccountReference `json:"accountRef,omitzero"`

	// secretRef names a Secret with this watch's own credential, used in place of
	// the account's. It has the same keys as the account's.
	// +optional
	SecretRef *SecretReference `json:"secretRef,omitempty"`

	// interval is how often the packages are read, approximately. At least 1m;
	// below the operator's --min-interval it is raised to that.
	// Defaults to 1h when omitted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) >= duration('1m') && duration(self) <= duration('720h')`,message="interval must be between 1m and 720h, such as 30m or 1h30m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// staleAfter is the age at which numbers no longer count as fresh: DataStale
	// turns True and Ready turns False. At least interval. For a reading whose
	// own interval is longer, three times that interval counts instead.
	// Defaults to three times the reading's interval, at least 30m, when omitted.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^([0-9]{1,5}(\.[0-9]{1,9})?(ms|s|m|h))+$') && duration(self) <= duration('2160h')`,message="staleAfter must be a duration of at most 2160h, such as 3h or 1h30m"
	StaleAfter *metav1.Duration `json:"staleAfter,omitempty"`

	// suspend stops this watch's calls and freezes its status as long as it is
	// true. The last numbers stay.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// packages asks what is left of the prepaid packages.
	// +optional
	Packages *PackagesReading `json:"packages,omitempty"`

	// usage asks what was used.
	// +optional
	Usage *UsageReading `json:"usage,omitempty"`

	// bill asks for bills.
	// +optional
	Bill *BillReading `json:"bill,omitempty"`

	// thresholds say when a number is worth an alarm. An empty list means none.
	// Defaults to the built-in thresholds when omitted: default-low (20 %) and
	// default-critical (10 %), default-expiring (168h) and
	// default-expiring-critical (24h), default-run-out (72h).
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Thresholds *[]Threshold `json:"thresholds,omitempty"`

	// plannedDemand lists events to come; PlannedDemandShort turns True when the
	// packages will not cover them.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	PlannedDemand []PlannedDemand `json:"plannedDemand,omitempty"`
}

// QuotaWatch watches what is left, used and billed at one vendor account.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=qw,categories=quotawatch,path=quotawatches
// +kubebuilder:printcolumn:name="Account",type=string,JSONPath=`.spec.accountRef.name`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Lowest",type=string,JSONPath=`.status.summary.text`
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=`.status.summary.nextExpiry`
// +kubebuilder:printcolumn:name="Runs-Out",type=string,JSONPath=`.status.summary.nextRunOut`
// +kubebuilder:printcolumn:name="Last-Success",type=date,JSONPath=`.status.lastSuccessTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Vendor",type=string,JSONPath=`.status.vendor`,priority=1
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,priority=1
// +kubebuilder:printcolumn:name="Data-As-Of",type=string,JSONPath=`.status.summary.dataAsOf`,priority=1
type QuotaWatch struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says what is watched and when it is worth an alarm.
	// +required
	Spec QuotaWatchSpec `json:"spec,omitzero"`

	// status holds the numbers and what they mean.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status QuotaWatchStatus `json:"status,omitzero"`
}

// QuotaWatchList is a list of QuotaWatches.
// +kubebuilder:object:root=true
type QuotaWatchList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []QuotaWatch `json:"items"`
}
