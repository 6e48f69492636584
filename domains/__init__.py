"""The domain packs that ship with evol; each folder is one pack, found like anybody else's."""
