// Package codec writes Go values as bytes and reads them back.
package codec
