// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// takeProfiles writes the manager's profiles into the output directory. They are taken after
// the window that they explain, so that they do not weigh on what is measured.
func (b *bench) takeProfiles(ctx context.Context, window string) error {
	if b.profile == 0 {
		return nil
	}
	b.say("profiling for %s", b.profile)
	group, profiling := errgroup.WithContext(ctx)
	for name, path := range map[string]string{"cpu": "profile", "allocs": "allocs", "mutex": "mutex"} {
		group.Go(func() error {
			return b.saveProfile(profiling, name, window, fmt.Sprintf("%s?seconds=%.0f", path, b.profile.Seconds()))
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return b.saveProfile(ctx, "heap", window, "heap?gc=1")
}

func (b *bench) saveProfile(ctx context.Context, name, window, path string) error {
	file, err := os.Create(filepath.Join(b.out, fmt.Sprintf("%s-%s-%d.pprof", name, window, b.fleet.watches())))
	if err != nil {
		return err
	}
	err = fetch(ctx, http.DefaultClient, b.running.pprofURL+path, func(body io.Reader) error {
		_, err := io.Copy(file, body)
		return err
	})
	return errors.Join(err, file.Close())
}
