// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

const (
	canaryKey   = "CanaryKeyCanaryKeyCanaryKey12345"
	canaryToken = "CanaryToken_0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// echo answers with everything the request held, in the place that makes fills.
func echo(status int, contentType string, makes func(secrets string) string) func(received) reply {
	return func(call received) reply {
		secrets := fmt.Sprint(call.Header.Get("Authorization"), call.Header.Get("X-TC-Token"), string(call.Body))
		return reply{Status: status, Header: map[string]string{"Content-Type": contentType}, Body: makes(secrets)}
	}
}

// Whatever a vendor, or something in its place, says back, none of the
// credential gets into what is logged of a failure.
func TestFailuresShowNoSecret(t *testing.T) {
	const jsonType, htmlType = "application/json", "text/html"
	same := func(text string) string { return text }
	within := func(format string) func(string) string {
		return func(secrets string) string { return fmt.Sprintf(format, vendortest.JSON(secrets)) }
	}
	token := func(format string) func(received) reply {
		return func(call received) reply {
			return reply{Body: fmt.Sprintf(format, vendortest.JSON(call.Header.Get("X-TC-Token")))}
		}
	}
	signature := func(format string) func(received) reply {
		return func(call received) reply {
			return reply{Body: fmt.Sprintf(format, vendortest.JSON(signatureOf(call)))}
		}
	}
	const (
		inCode      = `{"Response":{"Error":{"Code":%s,"Message":"m"},"RequestId":"x"}}`
		inMessage   = `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":%s},"RequestId":"x"}}`
		inRequestID = `{"Response":{"Error":{"Code":"FailedOperation","Message":"m"},"RequestId":%s}}`
		inSkew      = `{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire","Message":%s},"RequestId":"x"}}`
		inRow       = `{"Response":{"LivePackageInfoList":[{"Id":"1","Type":0,"Status":1,"Left":%s}],"RequestId":"x"}}`
		inRowID     = `{"Response":{"LivePackageInfoList":[{"Id":%s,"Type":0,"Status":1}],"RequestId":"x"}}`
		inKey       = `{"Response":{%s:1}}`
	)
	tests := map[string]func(received) reply{
		"a page":                  echo(200, htmlType, same),
		"text labelled JSON":      echo(200, jsonType, same),
		"a bad gateway":           echo(502, htmlType, same),
		"a refusal":               echo(403, htmlType, same),
		"an error's code":         echo(200, jsonType, within(inCode)),
		"an error's message":      echo(200, jsonType, within(inMessage)),
		"a refused timestamp":     echo(200, jsonType, within(inSkew)),
		"a request ID":            echo(200, jsonType, within(inRequestID)),
		"an amount":               echo(200, jsonType, within(inRow)),
		"a package's ID":          echo(200, jsonType, within(inRowID)),
		"a field's name":          echo(200, jsonType, within(inKey)),
		"a 400's code":            echo(400, jsonType, within(inCode)),
		"a 400's request ID":      echo(400, jsonType, within(inRequestID)),
		"the token as code":       token(inCode),
		"the token as request ID": token(inRequestID),
		"the signature as code":   signature(inCode),
		"the signature as ID":     signature(inRequestID),
		"the signature as amount": signature(inRow),
		"the location of a detour": func(call received) reply {
			return reply{Status: 307, Header: map[string]string{"Location": "http://127.0.0.1/?" + signatureOf(call)}}
		},
		"a body over the bound": func(call received) reply {
			return reply{Body: strings.Repeat(signatureOf(call), 1000)}
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, answer)
			account := vendor.account(t, map[string]vendors.Secret{
				keySecretID: testID, keySecretKey: canaryKey, keyToken: canaryToken,
			}, transport.PoolOptions{MaxBodyBytes: 16 << 10})
			_, err := readPackages(t, account)
			if err == nil {
				t.Fatal("no failure")
			}
			signatures := []string{}
			for _, call := range vendor.Requests() {
				signatures = append(signatures, signatureOf(call))
			}
			checkNoSecret(t, err, signatures)
		})
	}
}

func signatureOf(call received) string {
	_, signature, _ := strings.Cut(call.Header.Get("Authorization"), ", Signature=")
	return signature
}

func checkNoSecret(t *testing.T, err error, signatures []string) {
	t.Helper()
	if len(signatures) == 0 || len(signatures[0]) != 64 {
		t.Fatalf("no signature to look for: %q", signatures)
	}
	vendortest.CheckHidden(t, vendortest.EverySpelling(t, err), append(signatures, canaryKey, canaryToken, "Canary")...)
}

// A key with a line break cannot be sent, and the error must not quote it.
func TestUnusableCredentialIsNotShown(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	account := vendor.account(t, map[string]vendors.Secret{
		keySecretID: testID + "\n", keySecretKey: canaryKey + "\n", keyToken: canaryToken + "\n",
	}, transport.PoolOptions{})
	err := account.Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "InvalidRequest"})
	vendortest.CheckHidden(t, vendortest.EverySpelling(t, err), "Canary", testID)
	vendor.CheckCalls(t, 0)
}
