"""`result`: results singly, as drafts and by sheets, with what lies behind them (检查结果)."""
