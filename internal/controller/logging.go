// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import "github.com/go-logr/logr"

// bodyLevel is the verbosity at which client-go logs what it sends to and gets
// from the API server, whole Secrets included.
const bodyLevel = 8

// WithoutBodies returns a logger that leaves out what client-go logs of requests
// and answers, however verbose it is.
func WithoutBodies(logger logr.Logger) logr.Logger {
	return logger.WithSink(bodiless{logger.GetSink()})
}

type bodiless struct{ logr.LogSink }

// Enabled implements logr.LogSink.
func (b bodiless) Enabled(level int) bool {
	return level < bodyLevel && b.LogSink.Enabled(level)
}

// WithValues implements logr.LogSink.
func (b bodiless) WithValues(values ...any) logr.LogSink {
	return bodiless{b.LogSink.WithValues(values...)}
}

// WithName implements logr.LogSink.
func (b bodiless) WithName(name string) logr.LogSink {
	return bodiless{b.LogSink.WithName(name)}
}

// WithCallDepth implements logr.CallDepthLogSink.
func (b bodiless) WithCallDepth(depth int) logr.LogSink {
	if sink, ok := b.LogSink.(logr.CallDepthLogSink); ok {
		return bodiless{sink.WithCallDepth(depth)}
	}
	return b
}
