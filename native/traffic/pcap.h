#pragma once

#include <net/ethernet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Captures in the classic format (libpcap 2.4, this machine's byte order), of IP packets:
 * with Ethernet headers (LINKTYPE_ETHERNET) or bare (LINKTYPE_RAW). */
struct pcap {
	FILE *file;
	const char *path;
	bool ethernet; /* each record starts with an Ethernet header */
};

/* The greatest record that is read; no link of ours takes more. */
enum { PCAP_RECORD_MAX = 65535 };

/* A record of a capture that is read. */
struct pcap_packet {
	const uint8_t *station; /* the link-layer destination, ETH_ALEN bytes; NULL in a bare capture */
	const uint8_t *bytes;   /* from the IP header on */
	size_t length;
	uint8_t record[PCAP_RECORD_MAX];
};

/* Both end the program with a line that names the file when it is not what it should be. */
void pcap_open(struct pcap *pcap, const char *path);

/* The next packet; false at the end of the file. */
bool pcap_next(struct pcap *pcap, struct pcap_packet *packet);

/* Makes a capture of bare IP packets. */
void pcap_create(struct pcap *pcap, const char *path);

void pcap_write(struct pcap *pcap, const uint8_t *bytes, size_t length, uint64_t time_ns);

/* What was written is in the file after that. */
void pcap_close(struct pcap *pcap);

/* Whether these bytes start like an IP packet of either version. */
bool pcap_is_ip(const uint8_t *bytes, size_t length);
