// Package handin reads what students hand in: a folder, a zip or a tar.gz. It
// treats all of it as data. [Open] looks at every name before anything is taken,
// and [Folder.Solution] takes the listed files of a lab and nothing else.
//
// An archive is never unpacked to the disk. Its entries are read one after the
// other, with bounds on their number and size, and those that may be a file of a
// lab are kept in memory.
//
// # Why an archive that tries to leave its folder is refused as a whole
//
// Its other files may be harmless, but no program that packs a folder writes such
// a name. Somebody made it by hand, and a person should look at it. A link is
// another matter: version control and editors leave them behind, so it is passed
// over, unless it stands where a file of the lab should be.
package handin
