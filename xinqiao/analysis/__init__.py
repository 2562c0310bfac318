"""Understanding what people write (文本分析): the machine proposes and says why, a person decides (PIPL 24); switched off, the desk works the same."""
