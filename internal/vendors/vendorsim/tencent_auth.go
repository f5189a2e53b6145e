// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// TC3-HMAC-SHA256 as published at
// https://www.tencentcloud.com/document/product/267/37447.
const (
	tc3Algorithm   = "TC3-HMAC-SHA256"
	tc3Termination = "tc3_request"
	// tc3Window is how far the timestamp may be from the server's clock.
	tc3Window = 5 * time.Minute
)

// TencentCredential lets a caller in.
type TencentCredential struct {
	SecretID  string
	SecretKey vendors.Secret
	// Token is what X-TC-Token must hold; only temporary credentials have one,
	// and requests with any other may not send one.
	Token vendors.Secret
	// Account names the account that the credential belongs to.
	Account string
}

// tc3Verifier checks requests to one service.
type tc3Verifier struct {
	service     string
	credentials map[string]TencentCredential // by SecretID
}

// verify returns the credential that signed the request. On failure it returns
// the credential that the request names, if there is one.
func (v tc3Verifier) verify(r *http.Request, body []byte, now time.Time) (TencentCredential, *tencentError) {
	authorization, ok := parseTC3Authorization(r)
	if !ok {
		return TencentCredential{}, &tencentError{codeInvalidAuthorization, "The Authorization header is not as TC3-HMAC-SHA256 has it."}
	}
	credential, known := v.credentials[authorization.secretID]
	timestamp, failure := requestTimestamp(r.Header)
	switch {
	case failure != nil:
		return credential, failure
	case now.Sub(timestamp).Abs() > tc3Window:
		return credential, &tencentError{codeSignatureExpire, "The timestamp is more than five minutes from the server's clock."}
	case !known:
		return credential, &tencentError{codeSecretIDNotFound, "The SecretId is not known."}
	case !v.signed(r, body, authorization, timestamp, credential.SecretKey):
		return credential, &tencentError{codeSignatureFailure, "The signature does not match the request."}
	case !sameSecret(r.Header.Get("X-TC-Token"), credential.Token.Reveal()):
		return credential, &tencentError{codeTokenFailure, "The token does not belong to the SecretId."}
	}
	return credential, nil
}

// signed rebuilds the signature from the request that arrived. The scope comes
// from the timestamp and the service, never from what the caller wrote, so that
// a date in any zone but UTC fails.
func (v tc3Verifier) signed(r *http.Request, body []byte, a tc3Authorization, timestamp time.Time, key vendors.Secret) bool {
	date := timestamp.UTC().Format(time.DateOnly)
	if a.date != date || a.service != v.service {
		return false
	}
	scope := strings.Join([]string{date, v.service, tc3Termination}, "/")
	stringToSign := strings.Join([]string{
		tc3Algorithm,
		strconv.FormatInt(timestamp.Unix(), 10),
		scope,
		hexSHA256([]byte(canonicalRequest(r, a.signedHeaders, body))),
	}, "\n")
	want := hmacSHA256(tc3SigningKey(key, date, v.service), stringToSign)
	return sameSecret(a.signature, hex.EncodeToString(want))
}

// tc3Authorization is a parsed Authorization header.
type tc3Authorization struct {
	secretID, date, service string
	signedHeaders           []string
	signature               string
}

var tc3Pattern = regexp.MustCompile(`^TC3-HMAC-SHA256 ` +
	`Credential=([^/,\s]+)/(\d{4}-\d{2}-\d{2})/([a-z0-9]+)/tc3_request, ?` +
	`SignedHeaders=([a-z0-9;-]+), ?` +
	`Signature=([0-9a-f]{64})$`)

func parseTC3Authorization(r *http.Request) (tc3Authorization, bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return tc3Authorization{}, false
	}
	parts := tc3Pattern.FindStringSubmatch(values[0])
	if parts == nil {
		return tc3Authorization{}, false
	}
	names := strings.Split(parts[4], ";")
	return tc3Authorization{parts[1], parts[2], parts[3], names, parts[5]}, validSignedHeaders(r, names, "content-type", "host")
}

// validSignedHeaders wants the mandatory headers, ASCII order, no repetition,
// and each header exactly once in the request.
func validSignedHeaders(r *http.Request, names []string, mandatory ...string) bool {
	for i, name := range names {
		if i > 0 && names[i-1] >= name {
			return false
		}
		if name != "host" && len(r.Header.Values(name)) != 1 {
			return false
		}
	}
	return !slices.ContainsFunc(mandatory, func(name string) bool { return !slices.Contains(names, name) })
}

// requestTimestamp reads X-TC-Timestamp, in whole seconds.
func requestTimestamp(header http.Header) (time.Time, *tencentError) {
	text := header.Get("X-TC-Timestamp")
	if text == "" {
		return time.Time{}, &tencentError{codeMissingParameter, "The X-TC-Timestamp header is missing."}
	}
	seconds, err := strconv.ParseUint(text, 10, 40)
	if err != nil {
		return time.Time{}, &tencentError{codeInvalidParameter, "The X-TC-Timestamp header is not in seconds."}
	}
	return time.Unix(int64(seconds), 0), nil
}

// canonicalRequest is the form of a request that is signed. The query of a POST
// is always empty.
func canonicalRequest(r *http.Request, signedHeaders []string, body []byte) string {
	var headers strings.Builder
	for _, name := range signedHeaders {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host // net/http keeps it apart from the other headers
		}
		headers.WriteString(name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n")
	}
	return strings.Join([]string{
		r.Method, r.URL.EscapedPath(), "", headers.String(), strings.Join(signedHeaders, ";"), hexSHA256(body),
	}, "\n")
}

func tc3SigningKey(key vendors.Secret, date, service string) []byte {
	dateKey := hmacSHA256([]byte("TC3"+key.Reveal()), date)
	return hmacSHA256(hmacSHA256(dateKey, service), tc3Termination)
}

func hmacSHA256(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// sameSecret compares in constant time.
func sameSecret(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
