// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// subAccount is one element of the list. The vendor also sends the sub-account's
// secret, phone number, contact and memo, which have no place here, and limits
// such as linkMicLimit, which are no balances.
type subAccount struct {
	UserID     scalarText  `json:"userId"`
	Email      emailDigest `json:"email"`
	ChargeType scalarText  `json:"chargeType"`
	Status     scalarText  `json:"status"`
	// ExpireDate is in milliseconds; zero when the account does not expire.
	ExpireDate scalarInt `json:"expireDate"`

	Minutes    []segment `json:"minutes"`
	Concurrent []segment `json:"concurrent"`
	Flow       []segment `json:"flow"`
	Space      []segment `json:"space"`

	LinkMicMinutes *amount.Amount `json:"linkMicMinutes"`
	GuideMinutes   *amount.Amount `json:"guideMinutes"`
	MaxChannels    *amount.Amount `json:"maxChannels"`
	Balance        *amount.Amount `json:"balance"`
}

// segment is a part of a resource that can be used from one day to another.
type segment struct {
	Start     scalarText     `json:"start"`
	End       scalarText     `json:"end"`
	Available *amount.Amount `json:"available"`
}

// emailDigest stands for an e-mail address, which is compared but never kept. The
// zero value stands for none.
type emailDigest [sha256.Size]byte

func digestOf(email string) emailDigest {
	return sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email))))
}

// UnmarshalJSON implements json.Unmarshaler; it never fails.
func (d *emailDigest) UnmarshalJSON(data []byte) error {
	var email string
	*d = emailDigest{}
	if json.Unmarshal(data, &email) == nil && email != "" {
		*d = digestOf(email)
	}
	return nil
}

// resource is what a sub-account holds of one kind.
type resource struct {
	// field is the vendor's name.
	field, name string
	unit        vendors.Unit
}

var (
	liveMinutes     = resource{"minutes", vendors.ResourceLiveMinutes, vendors.UnitMinutes}
	concurrency     = resource{"concurrent", vendors.ResourceConcurrency, vendors.UnitCount}
	vodTraffic      = resource{"flow", vendors.ResourceVODTraffic, vendors.UnitBytes}
	vodStorage      = resource{"space", vendors.ResourceVODStorage, vendors.UnitBytes}
	micMinutes      = resource{"linkMicMinutes", vendors.ResourceMicMinutes, vendors.UnitMinutes}
	directorMinutes = resource{"guideMinutes", vendors.ResourceDirectorMinutes, vendors.UnitMinutes}
	channels        = resource{"maxChannels", vendors.ResourceChannels, vendors.UnitCount}
	balance         = resource{"balance", vendors.ResourceBalance, vendors.UnitCNY}
)

// windowed is a resource that comes in segments.
type windowed struct {
	resource
	segments []segment
}

// windowed returns the resources in segments that matter to the sub-account: how
// it is charged decides which of minutes and concurrency does.
func (a subAccount) windowed() []windowed {
	minutes, concurrent := windowed{liveMinutes, a.Minutes}, windowed{concurrency, a.Concurrent}
	traffic, storage := windowed{vodTraffic, a.Flow}, windowed{vodStorage, a.Space}
	switch a.ChargeType {
	case "minutes":
		return []windowed{minutes, traffic, storage}
	case "parallelConcurrent", "totalConcurrent":
		return []windowed{concurrent, traffic, storage}
	default: // one that this version does not know
		return []windowed{minutes, concurrent, traffic, storage}
	}
}

// maxUserID is the most characters of a user ID that the status holds.
const maxUserID = 128

// missing implements row.
func (a subAccount) missing() string {
	if id := string(a.UserID); id == "" || utf8.RuneCountInString(id) > maxUserID ||
		strings.ContainsFunc(id, unicode.IsControl) {
		return "usable userId"
	}
	for _, each := range a.windowed() {
		if each.segments == nil {
			return each.field
		}
		for _, s := range each.segments {
			if s.Available == nil {
				return "available in " + each.field
			}
		}
	}
	return ""
}

// packages translates a sub-account that misses nothing.
func (a subAccount) packages(now time.Time) []vendors.Package {
	var packages []vendors.Package
	state := a.state(now)
	for _, each := range a.windowed() {
		packages = append(packages, a.segmentPackages(each, state)...)
	}
	for _, each := range []struct {
		resource
		left *amount.Amount
	}{
		{micMinutes, a.LinkMicMinutes}, {directorMinutes, a.GuideMinutes},
		{channels, a.MaxChannels}, {balance, a.Balance},
	} {
		if each.left != nil {
			packages = append(packages, a.newPackage(each.resource, segment{Available: each.left}, state))
		}
	}
	return packages
}

// segmentPackages returns a package for each window. The vendor may list one
// window twice, and gives no ID by which to tell the two apart.
func (a subAccount) segmentPackages(held windowed, state vendors.PackageState) []vendors.Package {
	var packages []vendors.Package
	places := map[string]int{}
	for _, s := range held.segments {
		next := a.newPackage(held.resource, s, state)
		next.Start, next.End = s.window()
		if state == vendors.PackageUsable && (next.Start == nil || next.End == nil) {
			next.State = vendors.PackageStateUnknown // else it could be spent for ever
		}
		if place, listed := places[next.ID]; listed {
			packages[place].Remaining = packages[place].Remaining.Add(next.Remaining)
			continue
		}
		places[next.ID] = len(packages)
		packages = append(packages, next)
	}
	return packages
}

func (a subAccount) newPackage(kind resource, s segment, state vendors.PackageState) vendors.Package {
	return vendors.Package{
		ID:        packageID(string(a.UserID), kind.name, string(s.Start), string(s.End)),
		Subject:   string(a.UserID),
		Resource:  kind.name,
		Unit:      kind.unit,
		Remaining: *s.Available,
		State:     state,
	}
}

// packageID makes up an ID, because the vendor has none. It is the same in every
// answer and every process.
func packageID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// state is that of everything the sub-account has.
func (a subAccount) state(now time.Time) vendors.PackageState {
	expires := time.UnixMilli(int64(a.ExpireDate))
	switch {
	case a.Status == "frozen":
		return vendors.PackageFrozen
	case a.Status == "expired", a.ExpireDate > 0 && !now.Before(expires):
		return vendors.PackageExpired
	case a.Status == "normal":
		return vendors.PackageUsable
	default:
		return vendors.PackageStateUnknown
	}
}

// window returns the first moment of a segment and the one after its last, nil
// where the vendor's day cannot be read. The last day counts in full.
func (s segment) window() (start, end *time.Time) {
	if first, ok := dayOf(s.Start); ok {
		at := first.Start()
		start = &at
	}
	if last, ok := dayOf(s.End); ok {
		at := last.Add(1).Start()
		end = &at
	}
	return start, end
}

// epoch is before every real day; what is earlier is a placeholder.
var epoch = vendors.DayAt(time.Unix(0, 0))

func dayOf(text scalarText) (vendors.Day, bool) {
	day, err := vendors.ParseDay(string(text))
	return day, err == nil && !day.Before(epoch)
}
