// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority() *authority {
	GinkgoHelper()
	a := &authority{}
	template := validNow()
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	var der []byte
	der, a.key = sign(template, template, nil)
	var err error
	a.certificate, err = x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())
	return a
}

// bundle is the authority's own certificate in PEM.
func (a *authority) bundle() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
}

// issue returns a certificate of a server.
func (a *authority) issue(template *x509.Certificate) *tls.Certificate {
	GinkgoHelper()
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, key := sign(template, a.certificate, a.key)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// sign makes a certificate with a key of its own, signed with the parent's; with
// its own when there is none.
func sign(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	if parentKey == nil {
		parentKey = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	Expect(err).NotTo(HaveOccurred())
	return der, key
}

// validNow is the template of a certificate that is valid for some hours, for no
// name.
func validNow() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "faults"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
}

// forThisMachine is the template of a good certificate.
func forThisMachine() *x509.Certificate {
	template := validNow()
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	return template
}

func expired() *x509.Certificate {
	template := forThisMachine()
	template.NotAfter = time.Now().Add(-time.Minute)
	return template
}

func forAnotherName() *x509.Certificate {
	template := validNow()
	template.DNSNames = []string{"other.example.com"}
	return template
}

// shownCertificate is what a server shows to whoever connects.
type shownCertificate struct {
	atomic.Pointer[tls.Certificate]
}

func (c *shownCertificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.Load(), nil },
	}
}
