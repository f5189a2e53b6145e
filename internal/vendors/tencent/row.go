// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/json"
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// packageRow is one LivePackageInfo. WillRenew and RenewalResult may be null and
// are missing from older answers; Total is not needed to know what is left.
type packageRow struct {
	ID            string         `json:"Id"`
	Type          *int64         `json:"Type"`
	Status        *int64         `json:"Status"`
	Total         *amount.Amount `json:"Total"`
	Left          *amount.Amount `json:"Left"`
	BuyTime       beijingTime    `json:"BuyTime"`
	ExpireTime    beijingTime    `json:"ExpireTime"`
	WillRenew     *int64         `json:"WillRenew"`
	RenewalResult *int64         `json:"RenewalResult"`
}

// missing names a field without which a sum over the rows would be wrong.
func (r *packageRow) missing() string {
	switch {
	case r.ID == "":
		return "Id"
	case r.Type == nil:
		return "Type"
	case r.Status == nil:
		return "Status"
	case r.Left == nil:
		return "Left"
	}
	return ""
}

// toPackage translates a row that misses nothing. A package takes effect when it
// is bought; ExpireTime is the instant from which it is void.
func (r *packageRow) toPackage() vendors.Package {
	kind := resourceOf(*r.Type)
	return vendors.Package{
		ID:        r.ID,
		Resource:  kind.name,
		Unit:      kind.unit,
		UnitLabel: kind.unitLabel,
		Remaining: *r.Left,
		Total:     r.Total,
		Start:     r.BuyTime.at,
		End:       r.ExpireTime.at,
		State:     stateOf(*r.Status),
		Renewal:   renewalOf(r.WillRenew, r.RenewalResult),
	}
}

// resource is what a package holds and how the vendor counts it.
type resource struct {
	name      string
	unit      vendors.Unit
	unitLabel string
}

// resourceOf reads Type, whose numbers are not those that PackageType asks by:
// 2 is mic-link there and a codec here. Bytes are decimal, 1000 to the next
// prefix.
func resourceOf(number int64) resource {
	switch number {
	case 0:
		return resource{name: vendors.ResourceTraffic, unit: vendors.UnitBytes}
	case 1:
		return resource{name: vendors.ResourceTranscoding, unit: vendors.UnitMinutes}
	case 2:
		return resource{name: vendors.ResourceTopSpeedCodec, unit: vendors.UnitMinutes}
	case 3:
		return resource{name: vendors.ResourceMicLink, unit: vendors.UnitHours}
	default:
		return resource{
			name: vendors.UnknownResource(number), unit: vendors.UnitVendor, unitLabel: "unknown",
		}
	}
}

func stateOf(status int64) vendors.PackageState {
	switch status {
	case 0, 1: // not used yet, in use
		return vendors.PackageUsable
	case 2:
		return vendors.PackageExpired
	case 3:
		return vendors.PackageFrozen
	case 4:
		return vendors.PackageExhausted
	case 5:
		return vendors.PackageRefunded
	default:
		return vendors.PackageStateUnknown
	}
}

// renewalOf reads what the vendor tells of the last renewal (1 succeeded, 0 not
// yet, any negative number failed) and, before there was one, of the intention.
func renewalOf(willRenew, result *int64) vendors.Renewal {
	switch {
	case result == nil:
		return vendors.RenewalUnknown
	case *result < 0:
		return vendors.RenewalFailed
	case *result == 1:
		return vendors.RenewalSucceeded
	case *result > 1, willRenew == nil:
		return vendors.RenewalUnknown
	}
	switch *willRenew {
	case 0:
		return vendors.RenewalNone
	case 1:
		return vendors.RenewalPending
	default:
		return vendors.RenewalUnknown
	}
}

// beijingTime is a time of the vendor, written without its zone. What cannot be
// read is unknown: it costs the field, not the reading.
type beijingTime struct {
	at *time.Time
}

// UnmarshalJSON implements json.Unmarshaler; it never fails.
func (b *beijingTime) UnmarshalJSON(data []byte) error {
	b.at = nil
	var text string
	if json.Unmarshal(data, &text) != nil {
		return nil //nolint:nilerr // see the type
	}
	if at, err := time.ParseInLocation(time.DateTime, text, vendors.Zone); err == nil {
		b.at = &at
	}
	return nil
}
