"""Commands about what is kept of persons: `centralita records retention|hold|person|pci-report`."""
