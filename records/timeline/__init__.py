"""A contact as people read it: sentences, SIP ladder, the decisions of queues."""
