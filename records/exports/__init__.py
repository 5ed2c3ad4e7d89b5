"""Records for other systems: tables as CSV and Parquet, and live logs in the forms of Asterisk and FreeSWITCH."""
