"""The shipped app: environments read from files, a Stage each."""
