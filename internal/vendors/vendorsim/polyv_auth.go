// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"crypto/md5" //nolint:gosec // POLYV's default method of signing
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// polyvTimestampWindow is how far the timestamp may be from the server's clock.
const polyvTimestampWindow = 3 * time.Minute

// polyvSHA256 is the value of signatureMethod that is published; without it a
// request is signed with MD5.
const polyvSHA256 = "SHA256"

// PolyvCredential lets a caller in.
type PolyvCredential struct {
	AppID     string
	AppSecret vendors.Secret
	// Account names the account that the credential belongs to.
	Account string
}

// polyvVerifier checks requests as published at
// https://polyv.gitbook.io/document/docs/live/api/buildsign.
type polyvVerifier struct {
	credentials map[string]PolyvCredential // by AppID
}

var polyvTimestamp = regexp.MustCompile(`^[0-9]{13}$`)

// verify returns the credential that signed the request. On failure it returns
// the credential that the request names, if there is one.
func (v polyvVerifier) verify(parameters polyvParameters, now time.Time) (PolyvCredential, *polyvError) {
	credential, known := v.credentials[parameters["appId"]]
	if parameters["appId"] == "" {
		return PolyvCredential{}, polyvMissingApplication()
	}
	if failure := checkPolyvTimestamp(parameters["timestamp"], now); failure != nil {
		return credential, failure
	}
	if !known {
		return credential, polyvUnknownApplication()
	}
	if method, named := parameters["signatureMethod"]; named && method != polyvSHA256 {
		return credential, polyvBadParameter(polyvParamInvalid, "signatureMethod")
	}
	if !sameSecret(parameters["sign"], polyvSignature(parameters, credential.AppSecret)) {
		return credential, polyvInvalidSignature()
	}
	return credential, nil
}

func checkPolyvTimestamp(text string, now time.Time) *polyvError {
	if text == "" {
		return polyvBadParameter(polyvParamEmpty, "timestamp")
	}
	if !polyvTimestamp.MatchString(text) {
		return polyvInvalidTimestamp()
	}
	milliseconds, _ := strconv.ParseInt(text, 10, 64) // 13 digits fit
	if now.Sub(time.UnixMilli(milliseconds)).Abs() > polyvTimestampWindow {
		return polyvExpiredTimestamp()
	}
	return nil
}

// polyvSignature signs the values as they are, before any encoding, in the ASCII
// order of their names. Empty ones do not count; signatureMethod does.
func polyvSignature(parameters polyvParameters, secret vendors.Secret) string {
	var plain strings.Builder
	plain.WriteString(secret.Reveal())
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if value := parameters[name]; name != "sign" && strings.TrimSpace(value) != "" {
			plain.WriteString(name + value)
		}
	}
	plain.WriteString(secret.Reveal())
	return strings.ToUpper(hex.EncodeToString(polyvHash(parameters["signatureMethod"], []byte(plain.String()))))
}

func polyvHash(method string, plain []byte) []byte {
	if method == polyvSHA256 {
		sum := sha256.Sum256(plain)
		return sum[:]
	}
	sum := md5.Sum(plain) //nolint:gosec // POLYV's default method of signing
	return sum[:]
}
