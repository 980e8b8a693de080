//go:build tools

// Package jaeger pins the Jaeger that this folder builds.
package jaeger

import _ "github.com/jaegertracing/jaeger/cmd/all-in-one"
