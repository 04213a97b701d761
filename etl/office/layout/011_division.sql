-- The county, city or province that somebody is bound to, as what its codes begin with; none is all that the home holds.
alter table person add column division text;
