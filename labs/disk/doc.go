// Package disk simulates disks that crash: a [Device] of blocks and a [Volume]
// of files. What was written is volatile until it is flushed, and a crash may
// lose or tear any of what was not.
package disk
