// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func BenchmarkSign(b *testing.B) {
	key := credential{AppID: testAppID, AppSecret: testSecret}
	params := map[string]string{paramEmails: "sub@example.com", paramPageNumber: "1", paramPageSize: "50"}
	for name, sha256 := range map[string]bool{"MD5": false, "SHA256": true} {
		b.Run(name, func(b *testing.B) {
			key.SHA256 = sha256
			b.ReportAllocs()
			for b.Loop() {
				key.signedQuery(params, present)
			}
		})
	}
}

// publishedAccounts are so many sub-accounts like the one that the vendor publishes.
func publishedAccounts(b *testing.B, count int) []fields {
	b.Helper()
	var published struct{ Data struct{ Contents []fields } }
	if err := json.Unmarshal([]byte(vendortest.Testdata(b, "packages.json")), &published); err != nil {
		b.Fatal(err)
	}
	var rows []fields
	for i := range count {
		rows = append(rows, published.Data.Contents[0].with("userId", fmt.Sprint(i)))
	}
	return rows
}

// BenchmarkDecode measures an answer of one sub-account and a full page.
func BenchmarkDecode(b *testing.B) {
	for _, accounts := range []int{1, packagesPageSize} {
		b.Run(fmt.Sprint(accounts), func(b *testing.B) {
			response := &transport.Response{Status: http.StatusOK, Header: http.Header{}, Body: []byte(listed(publishedAccounts(b, accounts)...))}
			b.ReportAllocs()
			b.SetBytes(int64(len(response.Body)))
			for b.Loop() {
				var content page[subAccount]
				if failure := decode(vendors.OpPackages, response, &content); failure != nil {
					b.Fatal(failure)
				}
				group := newRoster(nil, present)
				for _, each := range content.Contents.rows {
					group.add(each)
				}
			}
		})
	}
}
