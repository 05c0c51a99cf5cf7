// SPDX-License-Identifier: Apache-2.0

package blob

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is where a store keeps its blobs on a server that speaks S3.
type Bucket struct {
	AccessKey string
	Endpoint  string // URL without a path
	Name      string
	Prefix    string // of every name, without slashes at its ends; may be ""
	Region    string
	SecretKey string

	Transport http.RoundTripper // nil: the usual one
}

// bucket is a place on another server.
type bucket struct {
	client       *minio.Client
	name, prefix string
}

// NewS3 answers a store in a bucket, which has to be there. folder is of this
// machine: files wait there until they have come whole. limit is how many bytes a
// blob may have.
func NewS3(b Bucket, folder string, limit int64) (*Store, error) {
	u, err := url.Parse(b.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("the object store's endpoint must be https:// or http:// with a host, and no path")
	}
	client, err := minio.New(u.Host, &minio.Options{
		BucketLookup: minio.BucketLookupPath, Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""),
		Region: b.Region, Secure: u.Scheme == "https", Transport: b.Transport,
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return &Store{folder: folder, limit: limit, place: &bucket{client: client, name: b.Name, prefix: strings.Trim(b.Prefix, "/")}}, nil
}

func (b *bucket) key(name string) string {
	if b.prefix == "" {
		return name
	}
	return b.prefix + "/" + name
}

// keep sends a file as one request of a known length, which the server takes whole
// or not at all: there are no parts that could be left behind. A request that fails
// is sent again by the client; the same name with the same content is the same blob.
func (b *bucket) keep(ctx context.Context, from, name string) (err error) {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, err = b.client.PutObject(ctx, b.name, b.key(name), file, info.Size(), minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true, SendContentMd5: true,
	})
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	return nil
}

func (b *bucket) open(ctx context.Context, name string) (io.ReadCloser, error) {
	object, err := b.client.GetObject(ctx, b.name, b.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	if _, err := object.Stat(); err != nil {
		_ = object.Close()
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			return nil, fs.ErrNotExist
		}
		return nil, fmt.Errorf("object store: %w", err)
	}
	return object, nil
}
