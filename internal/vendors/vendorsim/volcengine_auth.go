// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// HMAC-SHA256 as published at https://volcengine.com/docs/6440/1185531 and, with
// a worked example, at https://www.volcengine.com/docs/6369/67270.
const (
	volcengineAlgorithm   = "HMAC-SHA256"
	volcengineTermination = "request"
	volcengineDate        = "20060102T150405Z"
	// volcengineDateWindow is how far X-Date may be from the server's clock; it is
	// the default validity of a signature on the vendor's gateway.
	volcengineDateWindow = 15 * time.Minute
)

// VolcengineCredential lets a caller in.
type VolcengineCredential struct {
	AccessKeyID     string
	SecretAccessKey vendors.Secret
	// SessionToken is what X-Security-Token must hold; only temporary credentials
	// have one, and requests with any other may not send one.
	SessionToken vendors.Secret
	// Account names the account that the credential belongs to.
	Account string
	// SubAccount is the name of the sub-account whose key it is; empty for the main
	// account.
	SubAccount string
}

// volcengineVerifier checks requests to one service in one region.
type volcengineVerifier struct {
	service, region string
	credentials     map[string]VolcengineCredential // by AccessKeyID
}

// verify returns the credential that signed the request. On failure it returns
// the credential that the request names, if there is one.
func (v volcengineVerifier) verify(r *http.Request, body []byte, now time.Time) (VolcengineCredential, *volcengineError) {
	authorization, failure := parseVolcengineAuthorization(r)
	if failure != nil {
		return VolcengineCredential{}, failure
	}
	credential, known := v.credentials[authorization.accessKeyID]
	date, ok := volcengineRequestDate(r)
	switch {
	case !ok, now.Sub(date).Abs() > volcengineDateWindow:
		return credential, volcengineInvalidTimestamp()
	case !known:
		return credential, volcengineInvalidAccessKey()
	case !v.signed(r, body, authorization, credential.SecretAccessKey):
		return credential, volcengineSignatureDoesNotMatch()
	case !sameSecret(r.Header.Get("X-Security-Token"), credential.SessionToken.Reveal()):
		return credential, volcengineInvalidSecretToken()
	}
	return credential, nil
}

// volcengineRequestDate reads X-Date, in whole seconds of UTC.
func volcengineRequestDate(r *http.Request) (time.Time, bool) {
	text := r.Header.Get("X-Date")
	date, err := time.Parse(volcengineDate, text)
	return date, err == nil && date.Format(volcengineDate) == text
}

// signed rebuilds the signature from the request that arrived. The hash of the
// body is made from the body, never taken from what the caller wrote.
func (v volcengineVerifier) signed(r *http.Request, body []byte, a volcengineAuthorization, key vendors.Secret) bool {
	xDate := r.Header.Get("X-Date")
	scope := strings.Join([]string{xDate[:8], v.region, v.service, volcengineTermination}, "/")
	if a.scope != scope || r.Header.Get("X-Content-Sha256") != hexSHA256(body) {
		return false
	}
	canonical := volcengineCanonicalRequest(r, a.signedHeaders, body)
	stringToSign := strings.Join([]string{volcengineAlgorithm, xDate, scope, hexSHA256([]byte(canonical))}, "\n")
	want := hmacSHA256(volcengineSigningKey(key, xDate[:8], v.region, v.service), stringToSign)
	return sameSecret(a.signature, hex.EncodeToString(want))
}

// volcengineAuthorization is a parsed Authorization header.
type volcengineAuthorization struct {
	accessKeyID, scope string
	signedHeaders      []string
	signature          string
}

var volcenginePattern = regexp.MustCompile(`^HMAC-SHA256 ` +
	`Credential=([^/,\s]+)/(\d{8}/[a-z0-9-]+/[a-z0-9_]+/request), ?` +
	`SignedHeaders=([a-z0-9;-]+), ?` +
	`Signature=([0-9a-f]{64})$`)

func parseVolcengineAuthorization(r *http.Request) (volcengineAuthorization, *volcengineError) {
	values := r.Header.Values("Authorization")
	switch {
	case len(values) == 0:
		return volcengineAuthorization{}, volcengineMissingAuthenticationToken()
	case !strings.Contains(values[0], "Signature="):
		return volcengineAuthorization{}, volcengineMissingSignature()
	}
	for _, name := range []string{"X-Date", "X-Content-Sha256"} {
		if r.Header.Get(name) == "" {
			return volcengineAuthorization{}, volcengineMissingRequestInfo(name)
		}
	}
	parts := volcenginePattern.FindStringSubmatch(values[0])
	if parts == nil || len(values) > 1 {
		return volcengineAuthorization{}, volcengineInvalidAuthorization()
	}
	names := strings.Split(parts[3], ";")
	if !validSignedHeaders(r, names, volcengineMandatoryHeaders(r)...) {
		return volcengineAuthorization{}, volcengineInvalidAuthorization()
	}
	return volcengineAuthorization{parts[1], parts[2], names, parts[4]}, nil
}

// volcengineMandatoryHeaders are those that a request must sign. The token is
// one of them if there is one.
func volcengineMandatoryHeaders(r *http.Request) []string {
	names := []string{"content-type", "host", "x-content-sha256", "x-date"}
	if r.Header.Get("X-Security-Token") != "" {
		names = append(names, "x-security-token")
	}
	return names
}

// volcengineCanonicalRequest is the form of a request that is signed.
func volcengineCanonicalRequest(r *http.Request, signedHeaders []string, body []byte) string {
	var headers strings.Builder
	for _, name := range signedHeaders {
		value := r.Header.Get(name)
		if name == "host" {
			value = withoutDefaultPort(r.Host) // net/http keeps it apart from the other headers
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	return strings.Join([]string{
		r.Method, r.URL.EscapedPath(), volcengineCanonicalQuery(r.URL.Query()),
		headers.String(), strings.Join(signedHeaders, ";"), hexSHA256(body),
	}, "\n")
}

func withoutDefaultPort(host string) string {
	return strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
}

// volcengineCanonicalQuery sorts by name and escapes as RFC 3986 has it, which
// knows no + for a space.
func volcengineCanonicalQuery(values url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			pairs = append(pairs, rfc3986Escape(name)+"="+rfc3986Escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

func rfc3986Escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func volcengineSigningKey(key vendors.Secret, date, region, service string) []byte {
	dateKey := hmacSHA256([]byte(key.Reveal()), date)
	return hmacSHA256(hmacSHA256(hmacSHA256(dateKey, region), service), volcengineTermination)
}
