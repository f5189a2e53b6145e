// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// See https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/packagelist.
const (
	polyvPackagesPageSize = 50
	polyvMostEmails       = 100
)

// PolyvSubAccount is what POLYV tells of a sub-account, field by field as it is
// sent, the secret and the personal data included.
type PolyvSubAccount struct {
	UserID    string `json:"userId"`
	AppID     string `json:"appId"`
	AppSecret string `json:"appSecret"`
	Email     string `json:"email"`
	// Balance is money.
	Balance string `json:"balance"`
	Phone   string `json:"phone"`
	Memo    string `json:"memo"`
	// ChargeType is minutes, parallelConcurrent or totalConcurrent.
	ChargeType string `json:"chargeType"`
	// Concurrent viewers, Minutes, Flow in bytes and Space in bytes are listed
	// until their last day is over.
	Concurrent []PolyvResource `json:"concurrent"`
	Minutes    []PolyvResource `json:"minutes"`
	Flow       []PolyvResource `json:"flow"`
	Space      []PolyvResource `json:"space"`
	// ExpireDate is in milliseconds since 1970; it may be null.
	ExpireDate *int64 `json:"expireDate"`
	// Status is normal, expired or frozen.
	Status   string `json:"status"`
	Contacts string `json:"contacts"`
	// ExpireType is group or custom.
	ExpireType     string `json:"expireType"`
	LinkMicMinutes int64  `json:"linkMicMinutes"`
	GuideMinutes   int64  `json:"guideMinutes"`
	MaxChannels    int64  `json:"maxChannels"`
	LinkMicLimit   int64  `json:"linkMicLimit"`
	PureRtcEnabled string `json:"pureRtcEnabled"`
}

// PolyvResource is what is left of a resource from its first to its last day,
// both included. Days are Beijing's; see PolyvDay.
type PolyvResource struct {
	Start     string `json:"start"`
	End       string `json:"end"`
	Available int64  `json:"available"`
}

// PolyvDay writes the day that it is in Beijing as POLYV has it.
func PolyvDay(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

func (p *Polyv) preparePackages(request polyvRequest, call *Call) (func() any, *polyvError) {
	emails, failure := request.parameters.emails()
	if failure != nil {
		return nil, failure
	}
	paging, failure := request.parameters.paging(polyvPackagesPageSize, call)
	if failure != nil {
		return nil, failure
	}
	call.Query = fmt.Sprintf("emails=%d", len(emails))
	return func() any {
		page := cutPolyvPage(request.account.subAccounts(emails), paging, p.injected)
		for i := range page.Contents {
			page.Contents[i] = page.Contents[i].listed(PolyvDay(request.now))
		}
		return page
	}, nil
}

// emails reads which sub-accounts are meant; none means all.
func (p polyvParameters) emails() ([]string, *polyvError) {
	text, present := p["emails"]
	if !present {
		return nil, nil
	}
	emails := strings.Split(text, ",")
	if len(emails) > polyvMostEmails {
		return nil, polyvBadParameter(polyvParamLength, "emails")
	}
	if slices.ContainsFunc(emails, func(email string) bool { return !strings.Contains(email, "@") }) {
		return nil, polyvBadParameter(polyvParamInvalid, "emails")
	}
	return emails, nil
}

// subAccounts are those with the emails, all if there are none. An unknown email
// brings nothing.
func (a PolyvAccount) subAccounts(emails []string) []PolyvSubAccount {
	if len(emails) == 0 {
		return a.SubAccounts
	}
	return slices.DeleteFunc(slices.Clone(a.SubAccounts), func(s PolyvSubAccount) bool {
		return !slices.Contains(emails, s.Email)
	})
}

// listed is the sub-account as it is shown on a day: what has expired is left
// out, and lists are never null.
func (s PolyvSubAccount) listed(today string) PolyvSubAccount {
	for _, resource := range s.resources() {
		lasting := []PolyvResource{}
		for _, r := range *resource {
			if r.End >= today { // the form sorts as text
				lasting = append(lasting, r)
			}
		}
		*resource = lasting
	}
	return s
}

// resources are the lists by their names on the wire.
func (s *PolyvSubAccount) resources() map[string]*[]PolyvResource {
	return map[string]*[]PolyvResource{
		"concurrent": &s.Concurrent, "minutes": &s.Minutes, "flow": &s.Flow, "space": &s.Space,
	}
}
