"""What a session tells: the ledger, the reasons, the transcript, the hand-over."""
