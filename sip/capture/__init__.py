"""Messages as other tools read them (HEP, pcap), with everything secret covered."""
