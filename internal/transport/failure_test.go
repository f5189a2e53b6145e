// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
)

func TestReasonOf(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	tests := map[string]struct {
		err  error
		want Reason
	}{
		"no such host":                {dial(&net.DNSError{Err: "no such host", IsNotFound: true}), ReasonDNS},
		"a slow name server":          {dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), ReasonDNS},
		"an address that is private":  {dial(errAddressNotAllowed), ReasonAddressNotAllowed},
		"refused":                     {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), ReasonConnect},
		"unreachable":                 {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), ReasonConnect},
		"a slow connection":           {dial(os.ErrDeadlineExceeded), ReasonTimeout},
		"no such proxy":               {&net.OpError{Op: "proxyconnect", Err: dial(&net.DNSError{})}, ReasonProxy},
		"a proxy that is not trusted": {&net.OpError{Op: "proxyconnect", Err: x509.UnknownAuthorityError{}}, ReasonProxy},
		"a SOCKS proxy that refuses":  {&net.OpError{Op: "socks connect", Err: errors.New("no")}, ReasonProxy},
		"a tunnel that is refused":    {&tunnelError{status: 407}, ReasonProxy},
		"an untrusted certificate":    {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, ReasonTLS},
		"another name":                {x509.HostnameError{}, ReasonTLS},
		"not TLS":                     {http.ErrSchemeMismatch, ReasonTLS},
		"an alert":                    {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, ReasonTLS},
		"an old version":              {errors.New("tls: server selected unsupported protocol version 301"), ReasonTLS},
		"reset":                       {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, ReasonReset},
		"a broken pipe":               {&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, ReasonReset},
		"hung up":                     {fmt.Errorf("wrapped: %w", io.EOF), ReasonReset},
		"anything else":               {errors.New("net/http: HTTP/1.x transport connection broken"), ReasonOther},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := reasonOf(t.Context(), test.err); got != test.want {
				t.Errorf("reason = %s, want %s", got, test.want)
			}
		})
	}
}

func TestContextComesFirst(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if got := reasonOf(canceled, io.EOF); got != ReasonCanceled {
		t.Errorf("reason = %s, want %s", got, ReasonCanceled)
	}
	if got := reasonOf(expired, io.EOF); got != ReasonTimeout {
		t.Errorf("reason = %s, want %s", got, ReasonTimeout)
	}
}

func TestErrorUnwrapsToTheContextOnly(t *testing.T) {
	for reason := range reasonTexts {
		err := &Error{Reason: reason}
		if got := errors.Is(err, context.DeadlineExceeded); got != (reason == ReasonTimeout) {
			t.Errorf("%s: DeadlineExceeded is %v", reason, got)
		}
		if got := errors.Is(err, context.Canceled); got != (reason == ReasonCanceled) {
			t.Errorf("%s: Canceled is %v", reason, got)
		}
	}
}
