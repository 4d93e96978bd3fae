"""Defence against prompt injection: instructions in data, jailbreaks, leaked system prompts, tool calls led astray."""
