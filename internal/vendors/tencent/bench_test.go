// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

func BenchmarkSign(b *testing.B) {
	key := credential{ID: testID, Key: testKey}
	b.ReportAllocs()
	for b.Loop() {
		key.authorization(sdkCall)
	}
}

// publishedPackages are so many packages like the first that the vendor publishes.
func publishedPackages(b *testing.B, count int) []fields {
	b.Helper()
	var published struct {
		Response struct{ LivePackageInfoList []fields }
	}
	if err := json.Unmarshal([]byte(vendortest.Testdata(b, "nine_packages.json")), &published); err != nil {
		b.Fatal(err)
	}
	var list []fields
	for i := range count {
		row := maps.Clone(published.Response.LivePackageInfoList[0])
		row["Id"] = fmt.Sprint(i)
		list = append(list, row)
	}
	return list
}

// BenchmarkDecode measures an answer of one package and a full page.
func BenchmarkDecode(b *testing.B) {
	for _, packages := range []int{1, pageSize} {
		b.Run(fmt.Sprint(packages), func(b *testing.B) {
			response := &transport.Response{
				Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}},
				Body: []byte(vendortest.JSON(fields{"Response": page(publishedPackages(b, packages), 1, packages)})),
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(response.Body)))
			for b.Loop() {
				var content packagesAnswer
				if failure := decode(vendors.OpPackages, response, &content); failure != nil {
					b.Fatal(failure)
				}
				newListing().add(1, &content)
			}
		})
	}
}
