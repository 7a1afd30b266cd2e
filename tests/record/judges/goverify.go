// Replays logs with the code of Go's checksum database, and says of each whether it is sound.
//
// In: JSON values, one for each log: its key, its public files, and optionally proofs about it. Out: a line for each, "ok" or
// what is wrong. Build: GO111MODULE=off GOPATH=/usr/share/gocode go build -o goverify goverify.go
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

type inclusion struct {
	Index  int64
	Leaf   []byte
	Hashes [][]byte
}

type growth struct {
	Size   int64
	Root   []byte
	Hashes [][]byte
}

type job struct {
	VKey   string
	Files  map[string][]byte
	Proofs []inclusion
	Growth []growth
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d is not there yet", index)
		}
		found[i] = m[index]
	}
	return found, nil
}

func path(level string, n int64, w int64) string {
	p := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		p = fmt.Sprintf("x%03d/%s", n%1000, p)
	}
	if w != width {
		p += fmt.Sprintf(".p/%d", w)
	}
	return "tile/" + level + "/" + p
}

func checkpoint(j job) (int64, tlog.Hash, error) {
	verifier, err := note.NewVerifier(j.VKey)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	n, err := note.Open(j.Files["checkpoint"], note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return 0, tlog.Hash{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

func replayed(j job, size int64) (memory, error) {
	var stored memory
	for at := int64(0); at < size; at += width {
		w := size - at
		if w > width {
			w = width
		}
		name := path("entries", at/width, w)
		data := j.Files[name]
		for i := at; i < at+w; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends within entry %d", name, i)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			hashes, err := tlog.StoredHashesForRecordHash(i, tlog.RecordHash(data[2:end]), stored)
			if err != nil {
				return nil, err
			}
			stored, data = append(stored, hashes...), data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s is too long", name)
		}
	}
	return stored, nil
}

func verify(j job) error {
	size, root, err := checkpoint(j)
	if err != nil {
		return err
	}
	stored, err := replayed(j, size)
	if err != nil {
		return err
	}
	if found, err := tlog.TreeHash(size, stored); err != nil || found != root {
		return fmt.Errorf("the entries make another root: %v %v", found, err)
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if edge := size >> (8 * uint(tile.L)) % width; tile.W != width && int64(tile.W) != edge {
			continue // a partial tile of an earlier size
		}
		name := path(strconv.Itoa(tile.L), tile.N, int64(tile.W))
		expected, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		if served, there := j.Files[name]; !there || string(served) != string(expected) {
			return fmt.Errorf("%s is not what the entries make it", name)
		}
	}
	for _, p := range j.Proofs {
		if err := tlog.CheckRecord(proof(p.Hashes), size, root, p.Index, tlog.RecordHash(p.Leaf)); err != nil {
			return fmt.Errorf("entry %d: %v", p.Index, err)
		}
	}
	for _, g := range j.Growth {
		var old tlog.Hash
		copy(old[:], g.Root)
		if err := tlog.CheckTree(tlog.TreeProof(proof(g.Hashes)), size, root, g.Size, old); err != nil {
			return fmt.Errorf("growth from %d: %v", g.Size, err)
		}
	}
	return nil
}

func proof(parts [][]byte) tlog.RecordProof {
	hashes := make(tlog.RecordProof, len(parts))
	for i, part := range parts {
		copy(hashes[i][:], part)
	}
	return hashes
}

func main() {
	in, out := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20)), bufio.NewWriter(os.Stdout)
	for in.More() {
		var j job
		if err := in.Decode(&j); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := verify(j); err != nil {
			fmt.Fprintln(out, strings.ReplaceAll("bad: "+err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, "ok")
		}
		out.Flush()
	}
}
