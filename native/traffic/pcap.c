#include "pcap.h"

#include "clock.h"
#include "fail.h"

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html, sections 4 and 5 */
enum { VERSION_MAJOR = 2, VERSION_MINOR = 4, LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101 };

#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS  UINT32_C(0xa1b23c4d)

struct file_header {
	uint32_t magic;
	uint16_t version_major, version_minor;
	uint32_t reserved[2];
	uint32_t snap_length;
	uint32_t link_type;
};

struct record_header {
	uint32_t seconds, fraction;
	uint32_t captured; /* bytes that follow */
	uint32_t original; /* bytes the packet had */
};

bool pcap_is_ip(const uint8_t *bytes, size_t length)
{
	return length && (bytes[0] >> 4 == 4 || bytes[0] >> 4 == 6);
}

void pcap_open(struct pcap *pcap, const char *path)
{
	struct file_header header;
	*pcap = (struct pcap){ .file = fopen(path, "re"), .path = path };
	if (!pcap->file)
		fail_errno("%s", path);
	if (fread(&header, sizeof header, 1, pcap->file) != 1 ||
	    (header.magic != MAGIC_MICROSECONDS && header.magic != MAGIC_NANOSECONDS))
		fail("%s: not a pcap file of this machine's byte order", path);
	if (header.link_type != LINKTYPE_ETHERNET && header.link_type != LINKTYPE_RAW)
		fail("%s: link type %u, expected Ethernet (%d) or raw IP (%d)", path, header.link_type,
		     LINKTYPE_ETHERNET, LINKTYPE_RAW);
	pcap->ethernet = header.link_type == LINKTYPE_ETHERNET;
}

static void find_ip(const struct pcap *pcap, struct pcap_packet *packet, size_t captured)
{
	size_t link_bytes = pcap->ethernet ? ETHER_HDR_LEN : 0;
	packet->station = pcap->ethernet ? packet->record : NULL;
	packet->bytes = packet->record + link_bytes;
	packet->length = captured > link_bytes ? captured - link_bytes : 0;
	if (!pcap_is_ip(packet->bytes, packet->length))
		fail("%s: a record is not an IP packet", pcap->path);
}

bool pcap_next(struct pcap *pcap, struct pcap_packet *packet)
{
	struct record_header header;
	size_t got = fread(&header, 1, sizeof header, pcap->file);
	if (!got && !ferror(pcap->file))
		return false;
	if (got != sizeof header || header.captured > PCAP_RECORD_MAX || header.captured != header.original ||
	    fread(packet->record, 1, header.captured, pcap->file) != header.captured)
		fail("%s: cut short, or a packet in it is", pcap->path);
	find_ip(pcap, packet, header.captured);
	return true;
}

static void write_bytes(struct pcap *pcap, const void *bytes, size_t length)
{
	if (fwrite(bytes, 1, length, pcap->file) != length)
		fail_errno("%s", pcap->path);
}

void pcap_create(struct pcap *pcap, const char *path)
{
	const struct file_header header = {
		.magic = MAGIC_NANOSECONDS,
		.version_major = VERSION_MAJOR,
		.version_minor = VERSION_MINOR,
		.snap_length = PCAP_RECORD_MAX,
		.link_type = LINKTYPE_RAW,
	};
	*pcap = (struct pcap){ .file = fopen(path, "we"), .path = path };
	if (!pcap->file)
		fail_errno("%s", path);
	write_bytes(pcap, &header, sizeof header);
}

void pcap_write(struct pcap *pcap, const uint8_t *bytes, size_t length, uint64_t time_ns)
{
	const struct record_header header = {
		.seconds = (uint32_t)(time_ns / NANOSECONDS_PER_SECOND),
		.fraction = (uint32_t)(time_ns % NANOSECONDS_PER_SECOND),
		.captured = (uint32_t)length,
		.original = (uint32_t)length,
	};
	write_bytes(pcap, &header, sizeof header);
	write_bytes(pcap, bytes, length);
}

void pcap_close(struct pcap *pcap)
{
	if (fclose(pcap->file))
		fail_errno("%s", pcap->path);
}
