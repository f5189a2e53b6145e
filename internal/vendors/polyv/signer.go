// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"crypto/md5" //nolint:gosec // the vendor's default signature method
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// The parameters that every request carries. signatureMethod is left out for MD5,
// which is what the vendor assumes without it.
const (
	paramAppID           = "appId"
	paramTimestamp       = "timestamp"
	paramSignatureMethod = "signatureMethod"
	paramSign            = "sign"
)

// credential is the key of one account. The secret is never sent.
type credential struct {
	AppID, AppSecret vendors.Secret
	// SHA256 tells to sign with SHA-256 in place of MD5.
	SHA256 bool
}

// signedQuery returns params and what every request carries, signed for this
// moment and escaped. Empty parameters are left out, because the vendor's own
// clients do not agree on whether they are signed.
func (c *credential) signedQuery(params map[string]string, now time.Time) string {
	all := map[string]string{}
	for name, value := range params {
		if strings.TrimSpace(value) != "" {
			all[name] = value
		}
	}
	all[paramAppID] = c.AppID.Reveal()
	all[paramTimestamp] = strconv.FormatInt(now.UnixMilli(), 10)
	if c.SHA256 {
		all[paramSignatureMethod] = "SHA256"
	}
	query := url.Values{paramSign: {c.sign(all)}}
	for name, value := range all {
		query.Set(name, value)
	}
	return query.Encode()
}

// sign returns the signature of parameters, none of them empty, per
// https://polyv.gitbook.io/document/docs/live/api/buildsign. It covers the values
// as they are before they are escaped.
func (c *credential) sign(params map[string]string) string {
	var text strings.Builder
	text.WriteString(c.AppSecret.Reveal())
	for _, name := range slices.Sorted(maps.Keys(params)) {
		text.WriteString(name)
		text.WriteString(params[name])
	}
	text.WriteString(c.AppSecret.Reveal())
	return strings.ToUpper(hex.EncodeToString(c.digest(text.String())))
}

func (c *credential) digest(text string) []byte {
	if c.SHA256 {
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	}
	sum := md5.Sum([]byte(text)) //nolint:gosec // see the import
	return sum[:]
}
